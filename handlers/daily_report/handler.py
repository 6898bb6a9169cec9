"""``daily-report``: every day, write the day before's figures, and those of days missed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from handlers.daily_report.records import Records
from handlers.daily_report.report import write_reports
from handlers.daily_report.reports import Reports
from handlers.daily_report.request import parse
from handlers.runtime import aws, deadline
from handlers.runtime.asynchronous import reported
from handlers.runtime.settings import load
from handlers.runtime.start import at_init

MARGIN_SECONDS = 10
"""Time left at which no further day is begun. A day cut off all the same leaves nothing half done:
the next run does it again."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment."""

    users_table: str
    ledger_table: str
    bucket: str


@cache
def _dependencies() -> tuple[Records, Reports]:
    settings = load(Settings)
    records = Records(
        dynamodb=aws.client("dynamodb"),
        users_table=settings.users_table,
        ledger_table=settings.ledger_table,
    )
    return records, Reports(s3=aws.client("s3"), bucket=settings.bucket)


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Write what the event asks for (``request.parse`` has its forms); give the days written.

    Raises:
        BadEvent: the event asks for a day that cannot be reported.
        Failed: a report could not be written; the log says why.
    """
    deadline.begin(context)
    request = parse(event, now=datetime.now(UTC))
    with reported():
        records, reports = _dependencies()
        written = write_reports(
            request,
            records=records,
            reports=reports,
            stop=lambda: deadline.seconds_left() < MARGIN_SECONDS,
        )
    return {"written": written}


at_init(_dependencies)
