"""Writing the due reports, oldest first."""

import logging
from collections.abc import Callable
from datetime import date, timedelta

from handlers.daily_report.figures import Figures, Unreadable
from handlers.daily_report.page import HISTORY_DAYS, render
from handlers.daily_report.records import Records
from handlers.daily_report.reports import Listing, Reports
from handlers.daily_report.request import CATCH_UP_DAYS, Request
from handlers.runtime.log import outcome


def write_reports(
    request: Request, *, records: Records, reports: Reports, stop: Callable[[], bool]
) -> list[str]:
    """Write the requested day's report, and before it those of missed days if requested.

    Outcomes: ``report_written`` or ``report_exists`` for each day, ``stopped_early`` if time runs
    out (the next run catches up), ``report_unreadable`` for a damaged earlier report (its day is a
    gap in the chart).

    Args:
        request: the days to report.
        records: counts a day.
        reports: stores reports.
        stop: called before each day; returns true when time has run out.

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
        # A page shows earlier days only, so it is the same whenever it is written.
        page = render(known[day], [known.get(earlier) for earlier in _before(day)])
        if reports.write(known[day], page):
            outcome("report_written", day=day.isoformat())
            written.append(day.isoformat())
        else:
            outcome("report_exists", day=day.isoformat())
    return written


def missed_days(day: date, listing: Listing) -> list[date]:
    """Return the days before ``day`` that lack a report, oldest first.

    They go back at most ``CATCH_UP_DAYS``, and never beyond the first report ever written: before
    it the system may not have existed, and a report of zeros would be wrong.
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
