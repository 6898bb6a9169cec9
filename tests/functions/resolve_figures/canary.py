"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    contexts: Any = samples.event("resolve_figures")
    contexts[0]["request"]["headers"]["user-agent"] = canaries.new(f"{label}: agent")
    return contexts


def more_events(canaries: Canaries) -> list[Any]:
    """Return the events of requests that the function refuses."""
    refused: Any = samples.event("resolve_figures")
    refused[0]["arguments"]["from"] = canaries.new("resolve_figures: from")
    return [refused]
