"""Figures are exact, in whatever order, however often and with whatever else records come."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.count_activity.count_activity import count_activity
from handlers.count_activity.handler import handler
from handlers.domain.activity_event import FIGURE_OF, FIGURES, InvalidEntry, event_of
from handlers.domain.activity_store import ActivityStore
from handlers.domain.ledger import Ledger
from handlers.domain.user import NewUser
from handlers.domain.user_store import UserStore
from handlers.runtime.asynchronous import Failed
from handlers.runtime.faults import Unavailable
from tests.functions.count_activity.fakes import (
    POISONS,
    FiguresTable,
    Killed,
    counts,
    entry,
    poison,
    record,
)
from tests.support import samples
from tests.support.fakes import NOW, FakeContext, FakeDynamoDB, client_error, log, outcomes

__all__ = ["log"]

DAY = datetime.fromtimestamp(NOW, UTC).date()
KINDS = [*FIGURE_OF, ("email", "notification"), ("idempotency", "x"), ("file", "gone")]


def store(table: FiguresTable) -> ActivityStore:
    return ActivityStore(table, "activity", now=lambda: NOW, sleep=lambda _: None)


entries = st.builds(
    lambda number, kind, back: entry(number, *kind, back=back),
    st.integers(0, 12),
    st.sampled_from(KINDS),
    st.integers(0, 2),
)


@given(
    st.lists(entries | st.builds(poison, st.integers(0, 3), st.sampled_from(POISONS)), max_size=30),
    st.lists(st.lists(st.integers(0, 40), max_size=20), max_size=6),
    st.lists(st.sampled_from(["", "before", "after", "conflict"]), max_size=12),
)
def test_each_event_counts_once(
    items: list[Any], deliveries: list[list[int]], faults: list[str]
) -> None:
    """Deliveries are any records, in any order, any number of times; then each comes once more."""
    table = FiguresTable()
    table.faults = faults
    records = [record(item, number, written=NOW) for number, item in enumerate(items)]
    for batch in [*deliveries, range(len(records)), range(len(records))]:
        chosen = [records[number] for number in batch if number < len(records)]
        while True:
            try:
                bad = count_activity(chosen, store(table))
            except (Killed, Unavailable):
                continue  # Lambda delivers the batch again
            break
        numbers = {r["dynamodb"]["SequenceNumber"]: r for r in chosen}
        first_bad = next((n for n, r in numbers.items() if is_poison(r)), None)
        assert bad == first_bad
    events = {event_of(item) for item in items if not is_poison({"dynamodb": {"NewImage": item}})}
    assert table.figures() == counts((e.day, e.figure) for e in events if e is not None)


def is_poison(found: Any) -> bool:
    try:
        event_of(found["dynamodb"]["NewImage"])
    except InvalidEntry:
        return True
    return False


@given(st.integers(0, 250), st.integers(0, 250))
def test_large_batches_are_counted_in_several_transactions(first: int, second: int) -> None:
    table = FiguresTable()
    for count in (first, second):
        records = [record(entry(n), n, written=NOW) for n in range(count)]
        assert count_activity(records, store(table)) is None
    assert table.figures()[(str(DAY), "processed")] == max(first, second)


@pytest.mark.parametrize("what", POISONS)
def test_poison_is_reported_and_holds_up_nothing(what: str, log: pytest.LogCaptureFixture) -> None:
    table = FiguresTable()
    records = [
        record(item, number, written=NOW)
        for number, item in enumerate([entry(0), poison(1, what), entry(2), poison(3, what)])
    ]
    assert count_activity(records, store(table)) == "1"
    assert table.figures() == {(str(DAY), "processed"): 2}
    assert outcomes(log) == ["invalid", "invalid", "counted"]


@pytest.mark.parametrize(("back", "count"), [(-2, 0), (-1, 1), (0, 1), (2, 1), (3, 0), (90, 0)])
def test_entries_that_are_written_long_after_their_day_are_left_to_recount(
    back: int, count: int
) -> None:
    table = FiguresTable()
    item = record(entry(1, back=back), 1, written=NOW)
    count_activity([item], store(table))
    assert sum(table.figures().values()) == count


def test_what_is_deleted_stays_counted() -> None:
    table = FiguresTable()
    for name in ("INSERT", "REMOVE"):
        count_activity([record(entry(1), 1, written=NOW, name=name)], store(table))
    assert table.figures() == {(str(DAY), "processed"): 1}


def test_a_mark_outlives_the_days_on_which_its_event_may_come() -> None:
    table = FiguresTable()
    count_activity([record(entry(1), 1, written=NOW)], store(table))
    [mark] = [item for key, item in table.items.items() if key[0] != "figures"]
    expires = datetime.fromtimestamp(int(mark["expires"]["N"]), UTC).date()
    # Written until two days later, in the stream for one more, recounted by marks on that one.
    assert expires - DAY >= timedelta(days=5)


def test_work_in_progress_does_not_count() -> None:
    """The ledger's own writes, as its stream shows them."""
    db, table = FakeDynamoDB(), FiguresTable()
    ledger = Ledger(db, "ledger", now=lambda: NOW)
    claim = ledger.claim("email#1", owner="a", lease_seconds=60)
    images = [dict(db.tables["ledger"]["email#1"])]
    ledger.complete(claim, kind="email", outcome="welcome")
    images.append(dict(db.tables["ledger"]["email#1"]))
    ledger.record("file#1", kind="file", outcome="rejected")
    images.append(db.tables["ledger"]["file#1"])
    records = [record(image, n, written=NOW) for n, image in enumerate(images)]
    assert count_activity(records, store(table)) is None
    assert table.figures() == {(str(DAY), "welcomed"): 1, (str(DAY), "rejected"): 1}


def test_what_creating_a_user_stores_counts() -> None:
    db, table = FakeDynamoDB(), FiguresTable()
    users = UserStore(db, "users", ledger_table="ledger", now=lambda: NOW)
    users.create(NewUser("Ada", "a@x.co"), idempotency_key="k")
    images = db.tables["ledger"].values()
    count_activity([record(i, n, written=NOW) for n, i in enumerate(images)], store(table))
    assert table.figures() == {(str(DAY), "created"): 1}


def test_real_event(log: pytest.LogCaptureFixture) -> None:
    table = FiguresTable()
    event = samples.event("count_activity")
    for count, again in ((3, 0), (0, 3)):
        assert handler.invoke(event, FakeContext(), store(table)) == {"batchItemFailures": []}
        last = log.records[-1]
        told = {name: getattr(last, name) for name in ("count", "again", "ignored", "closed")}
        assert told == {"count": count, "again": again, "ignored": 1, "closed": 0}
    assert table.figures() == {
        (str(DAY), figure): 1 for figure in ("created", "welcomed", "processed")
    }


def test_conflicts_that_last_fail_the_batch() -> None:
    table = FiguresTable()
    table.faults = ["conflict"] * 6
    event = {"Records": [record(entry(1), 1, written=NOW)]}
    with pytest.raises(Failed):
        handler.invoke(event, FakeContext(), store(table))
    assert table.transactions == 6
    assert handler.invoke(event, FakeContext(), store(table)) == {"batchItemFailures": []}


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_dynamodb_fails(code: str) -> None:
    class Broken(FiguresTable):
        def transact_write_items(self, **_: Any) -> None:
            raise client_error(code)

    event = {"Records": [record(entry(1), 1, written=NOW)]}
    with pytest.raises(Failed):
        handler.invoke(event, FakeContext(), store(Broken()))


def test_every_figure_has_something_to_count() -> None:
    assert set(FIGURE_OF.values()) == set(FIGURES)
