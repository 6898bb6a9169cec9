"""An event with text that must not reach a log, for the privacy tests."""

import json
from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("create_user")
    event["body"] = json.dumps(
        {
            "name": canaries.new(f"{label}: name"),
            "email": f"{canaries.new(f'{label}: email')}@example.com",
        }
    )
    event["headers"] = {
        "Idempotency-Key": canaries.new(f"{label}: key"),
        "Origin": f"https://{canaries.new(f'{label}: origin')}.example",
    }
    return event
