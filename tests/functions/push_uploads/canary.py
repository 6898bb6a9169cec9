"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("push_uploads")
    for number, record in enumerate(event["Records"]):
        record["dynamodb"]["NewImage"]["filename"] = {"S": canaries.new(f"{label}: name {number}")}
    return event
