"""An event with text that must not reach a log, for the privacy tests."""

import time
from typing import Any

from handlers.domain.user import new_user_id
from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    """Store a user, and have them erased."""
    event = samples.event("request_erasure")
    event["headers"]["User-Agent"] = canaries.new(f"{label}: agent")
    event["pathParameters"]["id"] = new_user_id(time.time())
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"], Item=samples.user_of(event)
    )
    return event
