"""The days to recount, read from the event."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from handlers.domain.ledger import KEEP_DAYS

OLDEST_DAYS = KEEP_DAYS - 2
"""Oldest day that can be recounted, in days before today. None of its entries has expired. (Two
days to spare, because work counts on the day when it ends, but expires by the time of its claim.)
"""

_LONGEST_ID = 1_024
"""Bytes of an index's range key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""


class BadEvent(ValueError):
    """The event asks for no days that can be recounted. The text is logged: it quotes no text."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """The days to recount.

    Attributes:
        first: the first day.
        last: the last day.
        after: after which entry the first day continues; empty for all of it.
    """

    first: date
    last: date
    after: str = ""

    def event(self) -> dict[str, str]:
        """Return the event that makes this request."""
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()}
        return {**days, **({"after": self.after} if self.after else {})}


def parse(event: object, *, today: date) -> Request:
    """Return the request that an event contains.

    ``{}`` asks for all days that the ledger still has completely, today included;
    ``{"from": "2026-11-01", "to": "2026-11-22"}`` for these, each of which may be left out.
    ``after`` is of an earlier answer's ``next``.

    Args:
        event: the event, from any source.
        today: in UTC.

    Raises:
        BadEvent: see there.
    """
    if not isinstance(event, dict):
        raise BadEvent(f"the event is a {type(event).__name__}; send an object such as {{}}")
    oldest = today - timedelta(days=OLDEST_DAYS)
    first = _day(event, "from", oldest)
    last = _day(event, "to", today)
    if not oldest <= first <= last <= today:
        raise BadEvent(
            f"from {first} to {last} cannot be recounted; allowed are days from {oldest} (entries "
            f"are kept for {KEEP_DAYS} days) to {today}, the first one first"
        )
    return Request(first=first, last=last, after=_after(event))


def _day(event: dict[Any, Any], name: str, default: date) -> date:
    if name not in event:
        return default
    value = event[name]
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = None
    # `fromisoformat` also accepts `20261122` and `2026-W47-7`.
    if day is None or day.isoformat() != value:
        raise BadEvent(f"{name} must be a day such as '2026-11-22'")
    return day


def _after(event: dict[Any, Any]) -> str:
    value = event.get("after", "")
    if not isinstance(value, str) or len(value.encode(errors="replace")) > _LONGEST_ID:
        raise BadEvent("after must be the one of an earlier answer's next")
    return value
