"""The requested day, read from the event."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from handlers.domain.ledger import KEEP_DAYS

SETTLING = timedelta(minutes=5)
"""Time after midnight until a day counts as over. By then, work begun just before midnight is
recorded, and the eventually consistent indexes show it."""

CATCH_UP_DAYS = 14
"""Days before the requested day of which missed reports are written."""

OLDEST_DAYS = KEEP_DAYS - CATCH_UP_DAYS - 2
"""Oldest day that can be requested, in days before today. No record of it, nor of the missed days
before it, has expired. (Two days to spare, because work counts on the day when it ends, but expires
by the time of its claim.)"""


class BadEvent(ValueError):
    """The event asks for no day that can be reported. The text is logged, so it quotes no text."""


@dataclass(frozen=True)
class Request:
    """A day to report; ``catch_up`` to report missed days before it as well."""

    day: date
    catch_up: bool


def parse(event: object, *, now: datetime) -> Request:
    """Return the request that an event contains.

    The schedule's ``{"time": "2026-11-23T03:00:00Z", …}`` requests the day before and missed days.
    ``{}`` means the same with the present time. ``{"day": "2026-11-22"}`` requests that day only.

    A schedule cannot correct its time. So if the day before is not over (at midnight, say) or too
    long ago, the newest day that can be reported is used. The next run catches up.

    Args:
        event: the event, from any source.
        now: the present time, with a time zone.

    Raises:
        BadEvent: the event has another form, or its ``day`` is not over or too long ago.
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
    # `fromisoformat` also accepts `20261122` and `2026-W47-7`.
    if day is None or day.isoformat() != value:
        raise BadEvent(f"day is {_described(value)}; it must be a date such as '2026-11-22'")
    return day


def _time(value: object) -> datetime:
    try:
        time = datetime.fromisoformat(str(value))
        # The day before must exist in UTC, even at the ends of the calendar.
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
