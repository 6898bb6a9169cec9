"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    contexts: Any = samples.event("resolve_uploads", "request")
    contexts[0]["arguments"] |= {"idempotencyKey": canaries.new(f"{label}: key")}
    contexts[0]["arguments"]["input"]["filename"] = canaries.new(f"{label}: filename")
    contexts[0]["request"]["headers"]["user-agent"] = canaries.new(f"{label}: agent")
    return contexts


def more_events(canaries: Canaries) -> list[Any]:
    """Return the events of requests that the function refuses."""
    listed: Any = samples.event("resolve_uploads")
    listed[0]["arguments"]["after"] = canaries.new("resolve_uploads: after")
    unknown: Any = samples.event("resolve_uploads", "one")
    unknown[0]["arguments"]["id"] = canaries.new("resolve_uploads: id")
    linked: Any = samples.event("resolve_uploads", "outputs")
    linked[0]["source"]["filename"] = canaries.new("resolve_uploads: filename")
    return [listed, unknown, linked]
