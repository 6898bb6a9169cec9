"""Which day a report is wanted for, from the event."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from handlers.domain.ledger import KEEP_DAYS

SETTLING = timedelta(minutes=5)
"""Time after midnight until a day counts as over: work begun just before it is written by then,
and the indexes, which are eventually consistent, show it."""

CATCH_UP_DAYS = 14
"""How far back of the requested day missed days are caught up."""

OLDEST_DAYS = KEEP_DAYS - CATCH_UP_DAYS - 2
"""Days back that can be asked for: so long ago, and as far as missed days reach before that, no
record has expired. (Two days to spare: work counts on the day it ends, and expires by the time of
its claim.)"""


class BadEvent(ValueError):
    """The event asks for no day that can be reported. The text, which is logged, quotes no text."""


@dataclass(frozen=True)
class Request:
    """A day to report, and whether missed days before it are wanted as well."""

    day: date
    catch_up: bool


def parse(event: object, *, now: datetime) -> Request:
    """Read the event.

    ``{"time": "2026-11-23T03:00:00Z", …}``, from the schedule, asks for the day before and for the
    missed ones; ``{}`` means the same, now; ``{"day": "2026-11-22"}`` asks for that day only.

    A schedule cannot mend its time, so a time whose day before is not over (one at midnight, say)
    or too long ago asks for the newest day that can be reported. The next run catches up.

    Args:
        event: the event, by whomever it was made.
        now: the time, with a time zone.

    Raises:
        BadEvent: the event has another form, or the ``day`` is not over or too long ago.
    """
    if not isinstance(event, dict):
        raise BadEvent(f"the event is a {type(event).__name__}; send an object such as {{}}")
    newest = (now.astimezone(UTC) - SETTLING).date() - timedelta(days=1)
    oldest = now.astimezone(UTC).date() - timedelta(days=OLDEST_DAYS)
    if "day" not in event:
        time = _time(event["time"]) if "time" in event else now
        day = time.astimezone(UTC).date() - timedelta(days=1)
        return Request(day if oldest <= day <= newest else newest, catch_up=True)
    day = _day(event["day"])
    if day > newest:
        raise BadEvent(
            f"{day} is not over; {newest} is the newest day that can be reported "
            f"(a day counts as over {SETTLING.seconds // 60} minutes after midnight UTC)"
        )
    if day < oldest:
        raise BadEvent(
            f"{day} is too long ago; {oldest} is the oldest day that can be reported "
            f"(records are kept for {KEEP_DAYS} days)"
        )
    return Request(day, catch_up=False)


def _day(value: object) -> date:
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = None
    # `fromisoformat` takes `20261122` and `2026-W47-7` as well.
    if day is None or day.isoformat() != value:
        raise BadEvent(f"day is {_described(value)}; it must be a date such as '2026-11-22'")
    return day


def _time(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(str(value))
        # The day before must exist, in UTC, for times at the ends of the calendar too.
        time.astimezone(UTC) - timedelta(days=1)
    except (ValueError, OverflowError):
        time = None
    if time is None or time.tzinfo is None:
        raise BadEvent(
            f"time is {_described(value)}; it must be a time such as '2026-11-23T03:00:00Z'"
        )
    return time


def _described(value: object) -> str:
    kind = f"a {type(value).__name__}"
    return f"{kind} of {len(value)} characters" if isinstance(value, str) else kind
