"""Counts what every version has written, and reads its reports (``tests/support/formats``)."""

import json
from datetime import UTC, datetime

from handlers.daily_report.records import Records
from handlers.daily_report.reports import Reports
from handlers.daily_report.request import parse
from infra.triggers.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from tests.functions.daily_report.fakes import Bucket, Database
from tests.functions.daily_report.formats import DAY, FIGURES
from tests.support import samples
from tests.support.apis import function
from tests.support.formats import every_version, everything
from tests.support.stacks import recorded


@every_version
def test_a_report_counts_what_was_written(version: str) -> None:
    database = Database()
    users, ledger = everything(version, "users"), everything(version, "ledger")
    database.users = [users["new"]["created_day"]["S"]] if "new" in users else []
    database.entries = [
        (each["day"]["S"], each["kind"]["S"], each["outcome"]["S"])
        for each in ledger.values()
        if "day" in each
    ]
    records = Records(dynamodb=database, users_table="users", ledger_table="ledger")
    figures = records.figures(DAY)
    files = {"copied": "file a/b.zip", "rejected": "file broken.jpg"}
    assert figures.users == len(database.users)
    counted = {kind: count for kind, count in figures.files.items() if count}
    assert counted == {kind: 1 for kind, entry in files.items() if entry in ledger}
    assert figures.emails["welcome"] == ("e-mail sent" in ledger)


@every_version
def test_reports_are_read(version: str) -> None:
    bucket = Bucket()
    bucket.objects = {
        key: json.dumps(content).encode() for key, content in everything(version, "objects").items()
    }
    reports = Reports(s3=bucket, bucket="bucket")
    assert reports.listing().complete == {DAY}
    assert reports.read(DAY) == FIGURES


def test_the_schedule_writes_what_the_function_reads() -> None:
    """A dead letter may be 14 days old when its event is sent to the function again."""
    sample = samples.event("daily_report")

    def program() -> None:
        report = function("daily-report", asynchronous=True)
        ScheduleTrigger("report", ScheduleTriggerArgs(function=report, expression="rate(1 day)"))

    schedule = recorded(program).one("aws:scheduler/schedule:Schedule", "report").inputs
    assert json.loads(schedule["target"]["input"]).keys() == sample.keys()
    assert parse(sample, now=datetime(2026, 12, 7, 4, tzinfo=UTC)).day.isoformat() == "2026-11-22"
