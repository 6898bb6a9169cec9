"""An event with text that must not reach a log, for the privacy tests."""

import json
from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("request_upload")
    event["body"] = json.dumps(
        {
            "filename": canaries.new(f"{label}: filename"),
            "content_type": "image/jpeg",
            "size": 48_213,
        }
    )
    event["headers"] |= {
        "Idempotency-Key": canaries.new(f"{label}: key"),
        "User-Agent": canaries.new(f"{label}: agent"),
    }
    return event
