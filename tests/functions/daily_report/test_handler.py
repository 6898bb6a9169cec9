import json
import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from handlers.daily_report import handler as module
from handlers.daily_report.daily_report import missed_days, write_reports
from handlers.daily_report.figures import Figures, Unreadable, from_json, to_json
from handlers.daily_report.records import Records
from handlers.daily_report.reports import Listing, Reports
from handlers.daily_report.request import CATCH_UP_DAYS, Request
from handlers.runtime.settings import load
from tests.functions.daily_report.fakes import Bucket, Database

DAY = date(2026, 11, 22)


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def records(database: Database) -> Records:
    return Records(dynamodb=database, users_table="users", ledger_table="ledger")


def run(
    database: Database,
    bucket: Bucket,
    *,
    day: date = DAY,
    catch_up: bool = True,
    stop: Any = lambda: False,
) -> list[str]:
    return write_reports(
        Request(day, catch_up),
        records=records(database),
        reports=Reports(s3=bucket, bucket="bucket"),
        stop=stop,
    )


def report(bucket: Bucket, day: date) -> Any:
    return json.loads(bucket.objects[f"reports/{day}.json"])


def stored(bucket: Bucket, *days: int, users: int = 1) -> None:
    """Store the reports of some earlier days in the bucket."""
    for number in days:
        figures = Figures(day=back(number), users=users, files={}, emails={})
        bucket.objects[f"reports/{back(number)}.json"] = to_json(figures)
        bucket.objects[f"reports/{back(number)}.html"] = b"page"


@pytest.fixture
def outcomes(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, "app")
    return lambda: [(record.outcome, record.day) for record in caplog.records]


# Figures


def test_a_day_is_counted_over_several_pages() -> None:
    database = Database(page_size=3)
    database.add(DAY, users=7, file_resized=4, file_rejected=2, email_welcome=6)
    database.add(DAY, upload_done=5)  # another kind: not counted
    database.add(back(1), users=9, file_resized=9, email_welcome=9)
    figures = records(database).figures(DAY)
    assert figures.users == 7
    assert figures.files == {"resized": 4, "extracted": 0, "copied": 0, "rejected": 2}
    assert figures.emails == {"welcome": 6, "notification": 0}
    assert database.queries == 3 + 6


@given(
    users=st.integers(0, 12),
    entries=st.lists(
        st.tuples(st.sampled_from(["file", "email"]), st.sampled_from(["resized", "new", "<b>"])),
        max_size=20,
    ),
    page_size=st.integers(1, 7),
)
def test_no_record_is_lost_between_pages(
    users: int, entries: list[tuple[str, str]], page_size: int
) -> None:
    database = Database(page_size=page_size)
    database.add(DAY, users=users)
    database.entries = [(str(DAY), kind, outcome) for kind, outcome in entries]
    figures = records(database).figures(DAY)
    assert figures.users == users
    assert figures.file_total == sum(kind == "file" for kind, _ in entries)
    assert figures.email_total == sum(kind == "email" for kind, _ in entries)
    assert from_json(to_json(figures)) == figures


def test_the_json_report_is_as_documented() -> None:
    database, bucket = Database(), Bucket()
    database.add(DAY, users=2, file_copied=1, email_notification=3)
    run(database, bucket)
    assert report(bucket, DAY) == {
        "day": "2026-11-22",
        "users": {"created": 2},
        "files": {
            "total": 1,
            "by_outcome": {"resized": 0, "extracted": 0, "copied": 1, "rejected": 0},
        },
        "emails": {"total": 3, "by_type": {"welcome": 0, "notification": 3}},
    }
    assert bucket.types == {
        "reports/2026-11-22.html": "text/html; charset=utf-8",
        "reports/2026-11-22.json": "application/json",
    }


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        b'{"day": "x", "users": {"created": 1}}',
        b'{"day": "2026-11-22", "users": 1, "files": {}, "emails": {}}',
        *(
            f'{{"day": "2026-11-22", "users": {{"created": {count}}},'
            '"files": {"by_outcome": {}}, "emails": {"by_type": {}}}'.encode()
            for count in ("-1", "true", "1.5", "null", '"1"')
        ),
    ],
)
def test_a_report_of_another_format_is_unreadable(document: bytes) -> None:
    with pytest.raises(Unreadable):
        from_json(document)


# Which days


def test_the_first_run_writes_only_its_day(outcomes: Any) -> None:
    bucket = Bucket()
    assert run(Database(), bucket) == ["2026-11-22"]
    assert bucket.puts == ["reports/2026-11-22.html", "reports/2026-11-22.json"]
    assert outcomes() == [("report_written", "2026-11-22")]


def test_missed_days_are_caught_up_oldest_first(outcomes: Any) -> None:
    database, bucket = Database(), Bucket()
    database.add(back(2), users=5)
    stored(bucket, 5, 4, 1)
    assert run(database, bucket) == [str(back(3)), str(back(2)), str(DAY)]
    assert report(bucket, back(2))["users"] == {"created": 5}
    assert [day for _, day in outcomes()] == [str(back(3)), str(back(2)), str(DAY)]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (1, []),
        (2, [1]),
        (CATCH_UP_DAYS, list(range(CATCH_UP_DAYS - 1, 0, -1))),
        (CATCH_UP_DAYS + 1, list(range(CATCH_UP_DAYS, 0, -1))),
        (CATCH_UP_DAYS + 40, list(range(CATCH_UP_DAYS, 0, -1))),
        (-3, []),  # a late run: the system's first report is of a later day
    ],
)
def test_missed_days_go_back_to_the_limit_or_the_first_report(
    first: int, expected: list[int]
) -> None:
    listing = Listing(frozenset({back(first)}), back(first))
    assert missed_days(DAY, listing) == [back(number) for number in expected]


def test_a_requested_day_is_the_only_one_written() -> None:
    bucket = Bucket()
    stored(bucket, 5)
    assert run(Database(), bucket, catch_up=False) == [str(DAY)]


def test_other_objects_are_not_taken_for_reports() -> None:
    bucket = Bucket()
    for name in ("", "2026-13-01.json", "2026-11-20.json.bak", "x/2026-11-20.json", "index.html"):
        bucket.objects[f"reports/{name}"] = b""
    assert run(Database(), bucket) == [str(DAY)]


# Again, at once, cut off


def test_a_second_run_changes_nothing(outcomes: Any) -> None:
    database, bucket = Database(), Bucket()
    run(database, bucket)
    before = dict(bucket.objects)
    database.add(DAY, users=1)
    assert run(database, bucket) == []
    assert bucket.objects == before
    assert outcomes()[-1] == ("report_exists", str(DAY))


def test_the_same_records_give_the_same_bytes() -> None:
    written = []
    for page_size in (1, 4):
        database, bucket = Database(page_size=page_size), Bucket(page_size=page_size)
        database.add(DAY, users=2, file_copied=3, email_welcome=2, file_odd=1, file_even=1)
        database.entries.sort(reverse=page_size == 1)
        stored(bucket, 4, 3, 1)
        run(database, bucket)
        written.append(bucket.objects)
    assert written[0] == written[1]


def test_a_page_is_the_same_whether_its_day_was_missed_or_not() -> None:
    database = Database()
    for number in range(6):
        database.add(back(number), users=number, file_copied=2 * number)
    daily, late = Bucket(), Bucket()
    for number in range(5, -1, -1):
        run(database, daily, day=back(number))
    run(database, late, day=back(5))
    run(database, late)
    assert late.objects == daily.objects


@pytest.mark.parametrize("extension", ["html", "json"])
def test_the_next_run_completes_a_run_that_died_on_either_object(extension: str) -> None:
    database, bucket, whole = Database(), Bucket(), Bucket()
    database.add(DAY, users=3)
    bucket.fail_on = f"reports/{DAY}.{extension}"
    with pytest.raises(ClientError, match="InternalError"):
        run(database, bucket)
    assert f"reports/{DAY}.json" not in bucket.objects
    bucket.fail_on = None
    assert run(database, bucket) == [str(DAY)]
    run(database, whole)
    assert bucket.objects == whole.objects


def test_a_later_day_catches_up_a_first_run_that_died_half_way() -> None:
    database, bucket = Database(), Bucket()
    bucket.objects[f"reports/{back(2)}.html"] = b"page"
    assert run(database, bucket) == [str(back(2)), str(back(1)), str(DAY)]
    assert bucket.objects[f"reports/{back(2)}.html"] == b"page"


@pytest.mark.parametrize("at", [1, 2])
def test_of_two_runs_at_once_one_writes(at: int, outcomes: Any) -> None:
    database, bucket = Database(), Bucket()
    database.add(DAY, users=3)
    puts = iter(range(1, 9))

    def meanwhile() -> None:
        if next(puts) == at:
            bucket.meanwhile = lambda: None
            assert run(database, bucket) == [str(DAY)]

    bucket.meanwhile = meanwhile
    assert run(database, bucket) == []
    assert sorted(bucket.puts) == [f"reports/{DAY}.html", f"reports/{DAY}.json"]
    assert [name for name, _ in outcomes()] == ["report_written", "report_exists"]


def test_a_run_without_time_stops_between_days_and_the_next_continues(outcomes: Any) -> None:
    database, bucket = Database(), Bucket()
    stored(bucket, 4)
    answers: Iterator[bool] = iter([False, False, True])
    assert run(database, bucket, stop=lambda: next(answers)) == [str(back(3)), str(back(2))]
    assert outcomes()[-1] == ("stopped_early", str(back(1)))
    assert run(database, bucket) == [str(back(1)), str(DAY)]


def test_a_damaged_earlier_report_is_a_gap(outcomes: Any) -> None:
    bucket = Bucket()
    stored(bucket, 2, 1, users=9)
    bucket.objects[f"reports/{back(1)}.json"] = b"{"
    assert run(Database(), bucket) == [str(DAY)]
    assert ("report_unreadable", str(back(1))) in outcomes()
    assert "No report for the day before" in bucket.objects[f"reports/{DAY}.html"].decode()


# The handler


class Context:
    def __init__(self, millis: int = 60_000) -> None:
        self.millis = millis

    def get_remaining_time_in_millis(self) -> int:
        return self.millis


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch) -> Any:
    bucket = Bucket()
    parts = records(Database()), Reports(s3=bucket, bucket="bucket")
    now = datetime(2026, 11, 23, 3, 0, 4, tzinfo=UTC)
    monkeypatch.setattr(module, "datetime", SimpleNamespace(now=lambda zone: now))
    return lambda event, millis=60_000: module.handler.invoke(event, Context(millis), *parts)


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.glob("event*.json")), ids=lambda p: p.stem
)
def test_real_events(path: Path, invoke: Any) -> None:
    assert invoke(json.loads(path.read_text())) == {"written": ["2026-11-22"]}


@pytest.mark.parametrize(("millis", "written"), [(9_999, []), (10_000, ["2026-11-22"])])
def test_the_margin(millis: int, written: list[str], invoke: Any) -> None:
    assert invoke({}, millis) == {"written": written}


def test_dependencies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "USERS_TABLE": "users-1",
        "LEDGER_TABLE": "ledger-1",
        "BUCKET": "bucket-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    made_records, made_reports = module.dependencies(load(module.Settings))
    assert (made_records.users_table, made_records.ledger_table) == ("users-1", "ledger-1")
    assert made_reports.bucket == "bucket-1"
