"""Counting the figures again, from the ledger.

The figures of a closed day are set to the number of the ledger's entries: nobody else writes them.
The other days, whose records may still be in the stream, are completed: events without a mark are
counted. So a recount may run at any time, twice at once, and again from the start after a failure.

Outcomes, one for each day: ``day_set`` (closed), ``day_changed`` (closed, and the figures were
different), ``day_completed`` (with the number of events that were missing); ``stopped_early`` if
time runs out; ``invalid`` for each entry that no version of this system writes.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from handlers.domain.activity_event import (
    FIGURE_OF,
    FIGURES,
    Event,
    InvalidEntry,
    event_of,
    event_of_user,
)
from handlers.domain.activity_store import OPEN_DAYS, ActivityStore, is_open
from handlers.domain.days import Days
from handlers.recount.request import Request
from handlers.runtime.log import outcome


def recount(
    request: Request, *, days: Days, store: ActivityStore, stop: Callable[[], bool]
) -> tuple[int, Request | None]:
    """Recount days, the first one first.

    Args:
        request: the days.
        days: the entries by day.
        store: the figures.
        stop: called before each further day, and after each page of a day that is completed;
            returns true when time has run out. So each run gets on, however little time it has.

    Returns:
        How many days were completed, and what is left.
    """
    done = 0
    while request.first <= request.last:
        left = request.after if done and stop() else _recount_day(request, days, store, stop)
        if left is not None:
            outcome("stopped_early", level=logging.WARNING, day=request.first.isoformat())
            return done, replace(request, after=left)
        done += 1
        request = replace(request, first=request.first + timedelta(days=1), after="")
    return done, None


def _recount_day(
    request: Request, days: Days, store: ActivityStore, stop: Callable[[], bool]
) -> str | None:
    """Recount the first day; return the entry after which to continue it, or None."""
    if is_open(request.first, on=store.today(), days=OPEN_DAYS + 1):
        return _complete(request.first, request.after, days, store, stop)
    _set(request.first, days, store)
    return None


def _set(day: date, days: Days, store: ActivityStore) -> None:
    """Set the figures of a closed day."""
    found = Counter[str]()
    for kind_and_outcome, count in days.outcomes(day).items():
        if figure := FIGURE_OF.get(kind_and_outcome):
            found[figure] += count
    before = store.read(day, day).get(day, {})
    changed = any(before.get(figure, 0) != found[figure] for figure in FIGURES)
    store.set(day, found)
    outcome("day_changed" if changed else "day_set", day=day.isoformat())


def _complete(
    day: date, after: str, days: Days, store: ActivityStore, stop: Callable[[], bool]
) -> str | None:
    """Count what is missing of a day that is open; return the entry after which to continue it."""
    missing = 0
    for events, last in _pages(day, after, days):
        missing += store.count(events)
        if stop():
            return last
    outcome("day_completed", day=day.isoformat(), count=missing)
    return None


def _pages(day: date, after: str, days: Days) -> Iterator[tuple[list[Event], str]]:
    """Yield the events of a day in pages, each with what it ends with: a source and an id.

    Users come last, for those from before users had an entry. Users with an entry give the same
    event again.
    """
    source, _, last = after.partition(" ")
    if source != "users":
        for items in days.entries(day, after=last):
            if items:
                yield list(_events(items, day)), f"entries {items[-1]['id']['S']}"
        last = ""
    for items in days.users(day, after=last):
        if items:
            events = [event_of_user(item["id"]["S"], day) for item in items]
            yield events, f"users {items[-1]['id']['S']}"


def _events(items: list[dict[str, dict[str, str]]], day: date) -> Iterator[Event]:
    for item in items:
        try:
            event = event_of({**item, "day": {"S": day.isoformat()}})
        except InvalidEntry as error:
            outcome("invalid", level=logging.ERROR, day=day.isoformat(), reason=str(error))
            continue
        if event is not None:
            yield event
