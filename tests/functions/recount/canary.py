"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    return {"after": canaries.new(f"{label}: after"), "other": canaries.new(f"{label}: other")}


def more_events(canaries: Canaries) -> list[Any]:
    """Return the event of days that cannot be recounted."""
    return [{"from": canaries.new("no range: event")}]
