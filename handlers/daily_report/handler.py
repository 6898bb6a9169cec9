"""Every day: writes the report of the day before, and those of missed days."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from handlers.daily_report.daily_report import write_reports
from handlers.daily_report.records import Records
from handlers.daily_report.reports import Reports
from handlers.daily_report.request import parse
from handlers.runtime import aws, deadline
from handlers.runtime.asynchronous import failures_without_details
from handlers.runtime.entrypoint import entrypoint

MARGIN_SECONDS = 10
"""Time left at which no further day is begun. A day that is cut off anyway does no harm: the next
run writes it again."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    ledger_table: str
    bucket: str


def dependencies(settings: Settings) -> tuple[Records, Reports]:
    """Return what counts a day, and what stores its report."""
    records = Records(
        dynamodb=aws.client("dynamodb"),
        users_table=settings.users_table,
        ledger_table=settings.ledger_table,
    )
    return records, Reports(s3=aws.client("s3"), bucket=settings.bucket)


@entrypoint(Settings, dependencies)
def handler(
    event: dict[str, Any], _context: object, records: Records, reports: Reports
) -> dict[str, list[str]]:
    """Write the reports that the event asks for (see ``request.parse``), and return their days.

    Raises:
        BadEvent: the event asks for a day that cannot be reported.
        Failed: a report could not be written; the log says why.
    """
    request = parse(event, now=datetime.now(UTC))
    with failures_without_details():
        written = write_reports(
            request,
            records=records,
            reports=reports,
            stop=lambda: deadline.seconds_left() < MARGIN_SECONDS,
        )
    return {"written": written}
