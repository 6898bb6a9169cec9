"""An event with text that must not reach a log, for the privacy tests."""

import time
from itertools import count
from typing import Any

from local.cloud import Cloud
from tests.support.e2e.canaries import Canaries

DAYS = count(2)
"""Days ago for which no event has asked yet."""

WRITES = ("object reports/",)
"""Where its results are, which the search must not leave out."""


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    """Return the event of a day that has no report yet."""
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - next(DAYS) * 86_400))
    return {"day": day, "ignored": canaries.new(f"{label}: event")}


def more_events(canaries: Canaries) -> list[Any]:
    """Return events beside those that meet faults: one that succeeds, one that is refused."""
    return [{}, {"day": canaries.new("no day: event")}]
