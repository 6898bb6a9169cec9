"""One pass through a queue: every letter once, whatever SQS's receipts look like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.redrive.inbox import Counts, Inbox, Pass
from tests.support.redrive_fakes import DEAD, FakeSqs


def visit(sqs: FakeSqs, *, limit: int | None = None) -> Pass:
    return Pass(Inbox(sqs, DEAD), began=2_000, limit=limit)


def met(passing: Pass, at_once: int = 10) -> list[str]:
    return [letter.body for letters in passing.letters(at_once) for letter in letters]


@given(
    number=st.integers(0, 25),
    at_once=st.integers(1, 10),
    empty=st.lists(st.integers(0, 2), max_size=10),
)
def test_empty_receipts_do_not_end_it(number: int, at_once: int, empty: list[int]) -> None:
    sqs = FakeSqs()
    for n in range(number):
        sqs.put(f"body {n}")
    sqs.empty = [answer for run in empty for answer in [True] * run + [False]]
    assert met(visit(sqs), at_once) == sqs.bodies(DEAD)


def test_a_queue_that_only_says_that_it_holds_something_is_given_up() -> None:
    sqs = FakeSqs()
    sqs.put("never received")
    sqs.empty = [True] * 10
    assert met(visit(sqs)) == []
    assert sqs.calls.count("ReceiveMessage") == 3


@pytest.mark.parametrize(("limit", "expected"), [(1, 1), (10, 10), (11, 11), (30, 25), (None, 25)])
def test_a_limit(limit: int | None, expected: int) -> None:
    sqs = FakeSqs()
    for n in range(25):
        sqs.put(f"body {n}")
    passing = visit(sqs, limit=limit)
    assert len(met(passing)) == passing.seen == expected
    assert len(sqs.hidden) == expected  # no more is hidden from others than was wanted


def test_what_comes_meanwhile_is_left() -> None:
    """One command must not move a message twice if it fails again."""
    sqs = FakeSqs()
    for n in range(40):
        sqs.put(f"new {n}", sent=2_001)
    sqs.put("old", sent=2_000)
    passing = visit(sqs)
    assert met(passing) == ["old"]
    assert passing.newer == 40
    passing.release()
    assert sqs.hidden == {}


def test_what_was_held_for_too_long_is_not_met_twice() -> None:
    sqs = FakeSqs()
    for n in range(15):
        sqs.put(f"body {n}")
    passing = visit(sqs)
    seen = []
    for letters in passing.letters(10):
        seen += [letter.body for letter in letters]
        sqs.hidden.clear()  # their time is up
    assert sorted(seen) == sorted(sqs.bodies(DEAD))
    passing.release()
    assert sqs.hidden == {}  # by the newest receipts


def test_what_was_deleted_and_comes_once_more_is_deleted_again() -> None:
    """A standard queue may redeliver it from a server that was unavailable during deletion."""
    sqs = FakeSqs()
    sqs.put("body")
    passing = visit(sqs)
    (stored,) = sqs.queues[DEAD]
    for letters in passing.letters(1):
        assert passing.delete(letters) == {}
        sqs.queues[DEAD].append(stored)
    assert passing.seen == 1
    assert sqs.queues[DEAD] == []


def test_messages_are_counted() -> None:
    sqs = FakeSqs()
    for n in range(3):
        sqs.put(f"body {n}")
    inbox = Inbox(sqs, DEAD)
    inbox.receive(1)
    assert inbox.counts() == Counts(visible=2, in_flight=1)


def test_nothing_is_asked_of_sqs_for_nothing() -> None:
    sqs = FakeSqs()
    inbox = Inbox(sqs, DEAD)
    assert inbox.delete([]) == {}
    inbox.release([])
    assert sqs.calls == []
