"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("queue_welcome")
    del event["Records"][1:]
    image = event["Records"][0]["dynamodb"]["NewImage"]
    image["name"] = {"S": canaries.new(f"{label}: name")}
    image["email"] = {"S": f"{canaries.new(f'{label}: email')}@example.com"}
    return event
