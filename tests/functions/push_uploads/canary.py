"""An event with text that must not reach a log, for the privacy tests."""

import time
from typing import Any

from handlers.domain.live_store import Holder, LiveStore
from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries

ENDPOINTS = {"apigatewaymanagementapi": "LIVE_ENDPOINT"}


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    """Subscribe a client to the upload, so that there is something to send."""
    event = samples.event("push_uploads")
    for number, record in enumerate(event["Records"]):
        record["dynamodb"]["NewImage"]["filename"] = {"S": canaries.new(f"{label}: name {number}")}
        user, upload = (record["dynamodb"]["Keys"][name]["S"] for name in ("user", "id"))
        live = LiveStore(cloud.client("dynamodb"), cloud.outputs["live_table_name"])
        live.subscribe("c", Holder("someone", None, int(time.time()) + 600), user, upload, limit=9)
    return event
