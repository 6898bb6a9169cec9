"""An event with text that must not reach a log, for the privacy tests."""

import time
from typing import Any

from handlers.domain.user import new_user_id
from local.cloud import Cloud
from tests.support.e2e.canaries import Canaries

BELONGS = {"table users": {"cleanup-expired, AWS_ENDPOINT_URL_SQS: refuse: email"}}
"""Where personal data of its events is kept, and belongs."""


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    """Make a user due, and an event that says what nobody reads."""
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Item={
            # No user's id to the stream, which would have them welcomed first.
            "id": {"S": f"later_{new_user_id(time.time())}"},
            "name": {"S": canaries.new(f"{label}: name")},
            "email": {"S": f"{canaries.new(f'{label}: email')}@example.com"},
            "welcome": {"S": "pending"},
            "welcome_due": {"N": str(int(time.time()) - 60)},
        },
    )
    return {"time": canaries.new(f"{label}: time")}
