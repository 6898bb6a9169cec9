"""An event with text that must not reach a log, for the privacy tests."""

import json
from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("live_uploads")
    event["requestContext"]["identity"]["userAgent"] = canaries.new(f"{label}: agent")
    message = {name: canaries.new(f"{label}: {name}") for name in ("user", "upload")}
    event["body"] = json.dumps({"action": "subscribe", **message})
    return event
