"""Fills in the input of a schedule's target, and finds schedules that are over, as AWS does.

The emulator's process uses this too, so it needs nothing but the standard library.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import re
import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_ATTRIBUTE = re.compile(r"<aws\.scheduler\.([a-z-]+)>")


def fill(text: str, *, arn: str) -> str:
    """Return an input with the schedule's ARN, the present time, and a new execution's id."""
    values = {
        "schedule-arn": arn,
        "scheduled-time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": str(uuid.uuid4()),
        "attempt-number": "1",
    }
    return _ATTRIBUTE.sub(lambda found: values.get(found[1], found[0]), text)


def is_over(expression: str, zone: str) -> bool:
    """Check that a schedule of one time, ``at(yyyy-mm-ddThh:mm:ss)``, will not run again."""
    once = re.fullmatch(r"at\((.+)\)", expression)
    if once is None:
        return False
    return datetime.fromisoformat(once[1]).replace(tzinfo=ZoneInfo(zone)) < datetime.now(UTC)
