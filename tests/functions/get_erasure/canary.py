"""An event with text that must not reach a log, for the privacy tests."""

import time
from typing import Any

from handlers.domain.erasure import erasure_id
from handlers.domain.user import new_user_id
from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    """Store an erasure, and ask for it."""
    id_ = erasure_id(new_user_id(time.time()))
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["erasures_table_name"],
        Item=samples.erasure_item(id_),
    )
    event = samples.event("get_erasure")
    event["headers"]["User-Agent"] = canaries.new(f"{label}: agent")
    event["pathParameters"]["id"] = id_
    return event
