"""An event whose work has text that must not reach a log, for the privacy tests."""

import time
from typing import Any

from handlers.domain.erasure import erasure_id
from handlers.domain.user import new_user_id
from local.cloud import Cloud
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    """Store an erasure whose confirmation is to be sent."""
    id_ = erasure_id(new_user_id(time.time()))
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["erasures_table_name"],
        Item={
            "id": {"S": id_},
            "requested": {"N": "1"},
            "attempt": {"N": "1"},
            "confirm_to": {"S": f"{canaries.new(f'{label}: address')}@example.com"},
        },
    )
    return {"erasure": id_, "trace": "", "step": "confirm"}
