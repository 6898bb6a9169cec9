"""An event with text that must not reach a log, for the privacy tests."""

import time
from typing import Any

from handlers.runtime.clock import day
from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(_: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("count_activity")
    del event["Records"][1:]
    change = event["Records"][0]["dynamodb"]
    change["ApproximateCreationDateTime"] = time.time()
    image = change["NewImage"]
    image["day"] = {"S": day(time.time())}
    image["id"] = {"S": canaries.new(f"{label}: id")}
    image["more"] = {"S": canaries.new(f"{label}: more")}
    return event


def more_events(canaries: Canaries) -> list[Any]:
    """Return the event of an entry that is invalid."""
    invalid = samples.event("count_activity")
    invalid["Records"][0]["dynamodb"]["NewImage"]["day"] = {"S": canaries.new("invalid: day")}
    return [invalid]
