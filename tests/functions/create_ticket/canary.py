"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("create_ticket")
    event["headers"]["User-Agent"] = canaries.new(f"{label}: agent")
    event["body"] = canaries.new(f"{label}: body")
    return event
