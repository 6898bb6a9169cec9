"""A recount agrees with the ledger, whenever it runs and wherever it is cut off."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.count_activity.count_activity import count_activity
from handlers.domain.activity_event import FIGURES, event_of
from handlers.domain.activity_store import ActivityStore
from handlers.domain.days import Days
from handlers.domain.user_items import created_entry
from handlers.recount.handler import handler
from handlers.recount.recount import recount
from handlers.recount.request import OLDEST_DAYS, BadEvent, Request, parse
from handlers.runtime.asynchronous import Failed
from tests.functions.count_activity.fakes import (
    FiguresTable,
    Indexes,
    Killed,
    counts,
    entry,
    poison,
    record,
)
from tests.support.fakes import NOW, FakeContext, client_error, log, outcomes

__all__ = ["log"]

TODAY = datetime.fromtimestamp(NOW, UTC).date()
ALL = Request(first=TODAY - timedelta(days=OLDEST_DAYS), last=TODAY)
LATEST = Request(first=TODAY - timedelta(days=10), last=TODAY)
"""The days of these tests' entries and users, which are 8 days old at most, and two more."""


class World:
    """A ledger whose stream is delivered late, and the figures."""

    def __init__(self, items: list[Any], users: list[tuple[str, int]] = ()) -> None:  # type: ignore[assignment]
        self.table, self.indexes = FiguresTable(), Indexes()
        self.indexes.tables["ledger"] = list({i["id"]["S"]: i for i in items}.values())
        self.indexes.tables["users"] = [
            {"id": {"S": user}, "created_day": {"S": str(TODAY - timedelta(days=back))}}
            for user, back in users
        ]
        self.store = ActivityStore(self.table, "activity", now=lambda: NOW, sleep=lambda _: None)
        self.days = Days(dynamodb=self.indexes, users_table="users", ledger_table="ledger")

    def stream(self, numbers: list[int]) -> None:
        """Deliver the records of some entries; those of closed days were written in their time."""
        ledger = self.indexes.tables["ledger"]
        records = [
            record(ledger[n], n, written=NOW)
            for n in numbers
            if n < len(ledger) and date.fromisoformat(ledger[n]["day"]["S"]) > TODAY - timedelta(3)
        ]
        count_activity(records, self.store)

    def recount(self, stops: list[int] = (), request: Request = LATEST) -> None:  # type: ignore[assignment]
        """Recount the days; stop after so many questions, each time."""
        left: Request | None = request
        stops = list(stops)
        while left:
            patience = iter(range(stops.pop(0) if stops else 1_000))
            try:
                _, left = recount(
                    left,
                    days=self.days,
                    store=self.store,
                    stop=lambda: next(patience, None) is None,  # noqa: B023
                )
            except Killed:
                left = request  # by hand, from the start

    def wanted(self) -> Counter[tuple[str, str]]:
        events = [event_of(item) for item in self.indexes.tables["ledger"]]
        return counts((event.day, event.figure) for event in events if event)


FIGURED = [
    ("user", "created"),
    ("email", "welcome"),
    ("email", "notification"),
    ("file", "copied"),
    ("file", "rejected"),
    ("attempt", "failed"),
]
entries = st.builds(
    lambda number, kind, back: entry(number, *kind, back=back),
    st.integers(0, 30),
    st.sampled_from(FIGURED),
    st.integers(0, 6),
)
parts = st.lists(st.integers(0, 40), max_size=12)


@given(
    st.lists(entries, max_size=25),
    parts,
    st.lists(st.integers(1, 6), max_size=6),
    parts,
    st.lists(st.sampled_from(["", "before", "after", "conflict"]), max_size=8),
)
def test_a_recount_agrees_while_the_stream_goes_on(
    items: list[Any], early: list[int], stops: list[int], late: list[int], faults: list[str]
) -> None:
    world = World(items)
    world.stream(early)
    world.table.faults = faults
    world.recount(stops)
    world.table.faults = []
    assert world.table.figures() == world.wanted()
    world.stream(late)
    assert world.table.figures() == world.wanted()
    world.recount()
    assert world.table.figures() == world.wanted()


def test_closed_days_get_what_the_ledger_has_whatever_they_had(
    log: pytest.LogCaptureFixture,
) -> None:
    world = World([entry(1, back=10), entry(2, back=10), entry(3, "email", "welcome", back=4)])
    day = TODAY - timedelta(days=10)
    world.store.set(day, dict.fromkeys(FIGURES, 7))
    world.recount(request=Request(first=day, last=TODAY))
    assert world.table.figures() == world.wanted()
    assert outcomes(log)[:2] == ["day_changed", "day_set"]
    assert outcomes(log)[6] == "day_changed"
    assert outcomes(log)[7:] == ["day_completed"] * 4


@given(st.sets(st.integers(0, 5)), st.integers(0, 8))
def test_users_of_a_version_without_entries_count(with_entry: set[int], back: int) -> None:
    """Users whose entries exist are not counted twice."""
    users = [f"user_{number:026}" for number in range(6)]
    now = NOW - back * 86_400
    world = World(
        [created_entry(users[n], now) for n in sorted(with_entry)],
        users=[(user, back) for user in users],
    )
    world.stream(list(range(6)))
    world.recount()
    assert world.table.figures() == {(str(TODAY - timedelta(days=back)), "created"): 6}


@given(st.integers(0, 8))
def test_a_user_who_was_deleted_stays_counted(back: int) -> None:
    world = World([created_entry(f"user_{n:026}", NOW - back * 86_400) for n in range(3)])
    world.recount()
    assert sum(world.table.figures().values()) == 3


def test_poison_does_not_stop_a_recount(log: pytest.LogCaptureFixture) -> None:
    world = World([entry(1), poison(2, "no kind"), entry(3)])
    world.recount(request=ALL)
    assert world.table.figures() == {(str(TODAY), "processed"): 2}
    assert "invalid" in outcomes(log)


def test_a_recount_that_runs_out_of_time_says_how_to_go_on() -> None:
    world = World([entry(number) for number in range(9)])
    event: dict[str, Any] = {"from": str(TODAY)}
    answer = handler.invoke(event, FakeContext(millis=10_500), world.days, world.store)
    assert answer == {"days": 1}
    short = FakeContext(millis=9_000)
    stopped = handler.invoke(event, short, world.days, world.store)
    left = {"from": str(TODAY), "to": str(TODAY), "after": "entries file#1"}
    assert stopped == {"days": 0, "next": left}


def test_a_day_is_continued_where_it_stopped() -> None:
    world = World([entry(number) for number in range(5)])
    asked = iter([False, True])
    done, left = recount(
        Request(first=TODAY, last=TODAY),
        days=world.days,
        store=world.store,
        stop=lambda: next(asked),
    )
    assert (done, left) == (0, Request(first=TODAY, last=TODAY, after="entries file#3"))
    assert world.table.figures() == {(str(TODAY), "processed"): 4}
    assert left is not None
    before = world.table.transactions
    assert parse(left.event(), today=TODAY) == left
    world.recount(request=left)
    assert world.table.figures() == world.wanted()
    assert world.table.transactions == before + 1


def test_an_empty_event_asks_for_all_that_the_ledger_keeps() -> None:
    assert parse({}, today=TODAY) == ALL


@pytest.mark.parametrize(
    "event",
    [
        [],
        None,
        {"from": "2026-11-32"},
        {"from": "20261122"},
        {"to": 5},
        {"from": str(TODAY + timedelta(days=1))},
        {"to": str(TODAY + timedelta(days=1))},
        {"from": str(TODAY), "to": str(TODAY - timedelta(days=1))},
        {"from": str(TODAY - timedelta(days=OLDEST_DAYS + 1))},
        {"after": 5},
        {"after": "x" * 1_025},
    ],
)
def test_days_that_cannot_be_recounted_are_refused(event: Any) -> None:
    with pytest.raises(BadEvent):
        parse(event, today=TODAY)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
    | st.dictionaries(st.sampled_from(["from", "to", "after"]), st.text() | st.integers())
)
def test_any_event_is_a_request_or_refused(event: Any) -> None:
    try:
        request = parse(event, today=TODAY)
    except BadEvent:
        return
    assert TODAY - timedelta(days=OLDEST_DAYS) <= request.first <= request.last <= TODAY


def test_dynamodb_fails() -> None:
    world = World([])

    def fail(**_: Any) -> None:
        raise client_error("AccessDeniedException")

    world.indexes.query = fail  # type: ignore[method-assign,assignment]
    with pytest.raises(Failed):
        handler.invoke({}, FakeContext(60_000), world.days, world.store)
