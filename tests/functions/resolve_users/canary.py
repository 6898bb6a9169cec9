"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    contexts: Any = samples.event("resolve_users", "create")
    contexts[0]["arguments"] = {
        "input": {
            "name": canaries.new(f"{label}: name"),
            "email": f"{canaries.new(f'{label}: email')}@example.com",
        },
        "idempotencyKey": canaries.new(f"{label}: key"),
    }
    contexts[0]["request"]["headers"] |= {
        "user-agent": canaries.new(f"{label}: agent"),
        "x-api-key": canaries.new(f"{label}: API key"),
    }
    return contexts


def more_events(canaries: Canaries) -> list[Any]:
    """Return the events of requests that the function refuses."""
    unknown: Any = samples.event("resolve_users")
    unknown[0]["arguments"]["id"] = canaries.new("resolve_users: id")
    refused: Any = samples.event("resolve_users", "create")
    refused[0]["arguments"]["input"]["email"] = canaries.new("resolve_users: no address")
    return [unknown, refused]
