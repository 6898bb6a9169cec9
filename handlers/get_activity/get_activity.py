"""Getting the figures: from the request to the response.

Outcomes: ``read``, ``invalid``.
"""

import re
from datetime import date, timedelta

from handlers.domain.activity_event import FIGURES
from handlers.domain.activity_store import ActivityStore
from handlers.get_activity.activity import MOST_DAYS, Activity, DayFigures
from handlers.runtime import http
from handlers.runtime.log import outcome

NOTHING = dict.fromkeys(FIGURES, 0)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class InvalidRequest(Exception):
    """The request is refused; the text tells the caller why."""


def get_activity(event: http.Event, store: ActivityStore) -> http.Response:
    """Answer a request for the figures of a range of days.

    The figures belong to nobody: whoever the API lets in with the scope may read them.

    Args:
        event: API Gateway's proxy event.
        store: the figures.
    """
    query: dict[str, str] = event.get("queryStringParameters") or {}
    try:
        first, last = _day("from", query), _day("to", query)
        count = _count(first, last)
    except InvalidRequest as error:
        return http.refuse(400, "invalid", str(error))
    found = store.read(first, last)
    days = [first + timedelta(days=number) for number in range(count)]
    outcome("read", status=200, count=count)
    return http.respond(
        200,
        Activity([DayFigures(day.isoformat(), **(NOTHING | found.get(day, {}))) for day in days]),
    )


def _day(name: str, query: dict[str, str]) -> date:
    text = query.get(name, "")
    try:
        # `fromisoformat` also accepts 20261122 and 2026-W47-7.
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise InvalidRequest(f"{name} must be a day such as 2026-11-22")
    return day


def _count(first: date, last: date) -> int:
    """Return the number of days from the first to the last."""
    count = (last - first).days + 1
    if count < 1:
        raise InvalidRequest("from must not be after to")
    if count > MOST_DAYS:
        raise InvalidRequest(
            f"from and to are {count} days, both included; at most {MOST_DAYS} are answered"
        )
    return count
