"""Writing the reports that are due, oldest first."""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from typing import Protocol

from handlers.daily_report.figures import Figures, Unreadable
from handlers.daily_report.page import HISTORY_DAYS, render
from handlers.daily_report.reports import Listing
from handlers.daily_report.request import CATCH_UP_DAYS, Request
from handlers.runtime.log import outcome


class Records(Protocol):
    """What counts a day."""

    def figures(self, day: date) -> Figures:
        """Count one day."""


class Reports(Protocol):
    """What keeps reports."""

    def listing(self) -> Listing:
        """Say which days have a report."""

    def read(self, day: date) -> Figures:
        """Read a day's figures, or raise ``Unreadable``."""

    def write(self, figures: Figures, page: str) -> bool:
        """Write a report; say whether it was this run that did."""


def write_reports(
    request: Request, *, records: Records, reports: Reports, stop: Callable[[], bool]
) -> list[str]:
    """Write the requested day's report, after those of missed days where asked for.

    Outcomes: ``report_written`` or ``report_exists`` for each day, ``stopped_early`` if time runs
    out (the next run catches up), ``report_unreadable`` for a damaged earlier report (its day is a
    gap in the chart).

    Args:
        request: what to write.
        records: counts a day.
        reports: keeps reports.
        stop: asked before each day; true when time has run out.

    Returns:
        The days written, such as ``["2026-11-22"]``.
    """
    listing = reports.listing()
    days = missed_days(request.day, listing) if request.catch_up else []
    if request.day in listing.complete:
        outcome("report_exists", day=request.day.isoformat())
    else:
        days.append(request.day)
    known = _history(days, listing, reports)
    written: list[str] = []
    for day in days:
        if stop():
            outcome("stopped_early", level=logging.WARNING, day=day.isoformat())
            break
        known[day] = records.figures(day)
        # A page looks back only, so that it is the same whenever it is written.
        page = render(known[day], [known.get(earlier) for earlier in _before(day)])
        if reports.write(known[day], page):
            outcome("report_written", day=day.isoformat())
            written.append(day.isoformat())
        else:
            outcome("report_exists", day=day.isoformat())
    return written


def missed_days(day: date, listing: Listing) -> list[date]:
    """Return the days before ``day`` that lack a report, oldest first.

    At most ``CATCH_UP_DAYS`` back, and none before the first report ever written: the system may
    not have been there, and a day of zeros would be made up.
    """
    if listing.first is None:
        return []
    window = (day - timedelta(days=back) for back in range(CATCH_UP_DAYS, 0, -1))
    return [d for d in window if d >= listing.first and d not in listing.complete]


def _before(day: date) -> list[date]:
    """Return the earlier days that a page shows, oldest first."""
    return [day - timedelta(days=back) for back in range(HISTORY_DAYS - 1, 0, -1)]


def _history(days: list[date], listing: Listing, reports: Reports) -> dict[date, Figures]:
    shown = {earlier for day in days for earlier in _before(day)}
    known: dict[date, Figures] = {}
    for day in sorted(shown & listing.complete):
        try:
            known[day] = reports.read(day)
        except Unreadable:
            outcome("report_unreadable", level=logging.WARNING, day=day.isoformat())
    return known
