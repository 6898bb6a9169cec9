"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("get_user")
    event["headers"] = {"User-Agent": canaries.new(f"{label}: agent")}
    event["pathParameters"] = {"id": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"}
    return event
