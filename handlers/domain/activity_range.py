"""The figures of a range of days, by REST or by GraphQL."""

import re
from datetime import date, timedelta

from handlers.domain.activity import MOST_DAYS, DayFigures
from handlers.domain.activity_event import FIGURES
from handlers.domain.activity_store import ActivityStore
from handlers.runtime.refused import Refused

NOTHING = dict.fromkeys(FIGURES, 0)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def figures(first: str, last: str, store: ActivityStore) -> list[DayFigures]:
    """Return the figures of each day of a range.

    Args:
        first: the first day, as the caller wrote it.
        last: the last day.
        store: the figures.

    Raises:
        Refused: ``invalid``: a text is not a day, or the range is empty or too long.
    """
    begin, end = _day("from", first), _day("to", last)
    count = _count(begin, end)
    found = store.read(begin, end)
    days = [begin + timedelta(days=number) for number in range(count)]
    return [DayFigures(day.isoformat(), **(NOTHING | found.get(day, {}))) for day in days]


def _day(name: str, text: str) -> date:
    try:
        # `fromisoformat` also accepts 20261122 and 2026-W47-7.
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise Refused(400, "invalid", f"{name} must be a day such as 2026-11-22")
    return day


def _count(first: date, last: date) -> int:
    """Return the number of days from the first to the last."""
    count = (last - first).days + 1
    if count < 1:
        raise Refused(400, "invalid", "from must not be after to")
    if count > MOST_DAYS:
        raise Refused(
            400,
            "invalid",
            f"from and to are {count} days, both included; at most {MOST_DAYS} are answered",
        )
    return count
