from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.daily_report.request import (
    CATCH_UP_DAYS,
    OLDEST_DAYS,
    SETTLING,
    BadEvent,
    Request,
    parse,
)
from handlers.domain.ledger import KEEP_DAYS

NOW = datetime(2026, 11, 23, 3, 0, 4, tzinfo=UTC)
YESTERDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({}, Request(YESTERDAY, catch_up=True)),
        ({"time": "2026-11-23T03:00:00Z", "schedule": "arn"}, Request(YESTERDAY, catch_up=True)),
        ({"time": "2026-11-23T00:00:00Z"}, Request(YESTERDAY, catch_up=True)),
        ({"time": "2026-11-22T23:59:59Z"}, Request(date(2026, 11, 21), catch_up=True)),
        ({"time": "2026-11-23T01:30:00+02:00"}, Request(date(2026, 11, 21), catch_up=True)),
        ({"day": "2026-11-22"}, Request(YESTERDAY, catch_up=False)),
        ({"day": "2026-11-20", "time": "x"}, Request(date(2026, 11, 20), catch_up=False)),
    ],
)
def test_the_forms_of_an_event(event: Any, expected: Request) -> None:
    assert parse(event, now=NOW) == expected


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "2026-11-22",
        {"day": None},
        {"day": 20261122},
        {"day": ""},
        {"day": "20261122"},
        {"day": "2026-W47-7"},
        {"day": "2026-11-31"},
        {"day": "2026-11-22T00:00:00Z"},
        {"day": " 2026-11-22"},
        {"day": date(2026, 11, 22)},
        {"time": None},
        {"time": "2026-11-23"},
        {"time": "2026-11-23T03:00:00"},  # whose three o'clock?
        {"time": "<aws.scheduler.scheduled-time>"},
        {"time": "0001-01-01T00:00:00Z"},
        {"time": "0001-01-01T00:00:00+10:00"},
        {"time": "9999-12-31T23:59:59-10:00"},
    ],
)
def test_other_events_are_refused(event: Any) -> None:
    with pytest.raises(BadEvent):
        parse(event, now=NOW)


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        ("2026-11-24", "is not over"),
        ("2026-11-23", "is not over; 2026-11-22 is the newest"),
        ("2026-11-22", None),
        (str(NOW.date() - timedelta(days=OLDEST_DAYS)), None),
        (str(NOW.date() - timedelta(days=OLDEST_DAYS + 1)), "too long ago"),
    ],
)
def test_a_day_must_be_over_and_its_records_must_be_there(day: str, refused: str | None) -> None:
    if refused is None:
        assert str(parse({"day": day}, now=NOW).day) == day
    else:
        with pytest.raises(BadEvent, match=refused):
            parse({"day": day}, now=NOW)


def test_missed_days_before_the_oldest_day_have_their_records_too() -> None:
    assert OLDEST_DAYS + CATCH_UP_DAYS < KEEP_DAYS


MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
SETTLED = MIDNIGHT + SETTLING


def test_a_day_counts_as_over_when_its_records_have_settled() -> None:
    with pytest.raises(BadEvent, match="5 minutes after midnight"):
        parse({"day": "2026-11-22"}, now=SETTLED - timedelta(seconds=1))
    assert parse({"day": "2026-11-22"}, now=SETTLED).day == YESTERDAY


@pytest.mark.parametrize("event", [{}, {"time": "2026-11-23T00:00:00Z"}])
@pytest.mark.parametrize(
    ("now", "day"),
    [
        (MIDNIGHT + timedelta(seconds=20), YESTERDAY - timedelta(days=1)),
        (SETTLED - timedelta(seconds=1), YESTERDAY - timedelta(days=1)),
        (SETTLED, YESTERDAY),
    ],
)
def test_a_schedule_at_midnight_asks_for_the_newest_day_that_is_over(
    event: Any, now: datetime, day: date
) -> None:
    assert parse(event, now=now) == Request(day, catch_up=True)


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-24T03:00:00Z",
        "9999-12-31T23:59:59Z",
        "1970-01-01T00:00:00Z",
        f"{NOW.date() - timedelta(days=OLDEST_DAYS)}T03:00:00Z",
    ],
)
def test_a_scheduled_time_out_of_range_asks_for_the_newest_day_that_is_over(time: str) -> None:
    assert parse({"time": time}, now=NOW) == Request(YESTERDAY, catch_up=True)


def test_every_day_is_reported_by_a_schedule_at_midnight() -> None:
    first = parse({"time": str(MIDNIGHT)}, now=MIDNIGHT + timedelta(seconds=20))
    later = MIDNIGHT + timedelta(days=1)
    second = parse({"time": str(later)}, now=later + timedelta(seconds=20))
    assert second.day - first.day == timedelta(days=1)


def test_now_may_come_in_any_time_zone() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-9)))
    assert parse({}, now=elsewhere).day == YESTERDAY


@pytest.mark.parametrize("event", ["canary", {"day": "canary"}, {"time": "canary"}])
def test_an_error_quotes_nothing_of_the_event(event: Any) -> None:
    with pytest.raises(BadEvent) as caught:
        parse(event, now=NOW)
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


VALUES = (
    st.none()
    | st.integers()
    | st.text()
    | st.dates().map(str)
    | st.datetimes(timezones=st.timezones()).map(lambda time: time.isoformat())
    | st.from_regex(r"\A\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?\Z")
)


@given(st.dictionaries(st.sampled_from(["day", "time", "schedule"]), VALUES) | VALUES)
def test_any_event_asks_for_a_day_that_is_over_or_is_refused(event: Any) -> None:
    try:
        request = parse(event, now=NOW)
    except BadEvent:
        return
    assert NOW.date() - timedelta(days=OLDEST_DAYS) <= request.day <= YESTERDAY


@given(st.dates(NOW.date() - timedelta(days=OLDEST_DAYS), YESTERDAY))
def test_every_day_in_range_is_accepted_and_so_is_the_time_after_it(day: date) -> None:
    assert parse({"day": str(day)}, now=NOW) == Request(day, catch_up=False)
    after = f"{day + timedelta(days=1)}T03:00:00Z"
    assert parse({"time": after}, now=NOW) == Request(day, catch_up=True)
