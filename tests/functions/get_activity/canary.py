"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("get_activity")
    event["headers"]["User-Agent"] = canaries.new(f"{label}: agent")
    event["queryStringParameters"][canaries.new(f"{label}: query")] = "1"
    return event


def more_events(canaries: Canaries) -> list[Any]:
    """Return the events of requests that the function refuses."""
    refused = samples.event("get_activity")
    refused["queryStringParameters"]["from"] = canaries.new("get_activity: from")
    return [refused]
