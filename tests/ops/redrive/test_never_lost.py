"""Whatever happens in between: each dead letter is processed, or is still there for others."""

import io
import json
import sys
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from ops.redrive.command import Pass, go_through, redrive
from ops.redrive.events import failed_event
from ops.redrive.inbox import Inbox
from ops.redrive.messages import Report
from ops.redrive.sources import Source
from ops.redrive.to_function import ToFunction
from ops.redrive.to_queue import ToQueue
from tests.support.redrive_fakes import ALIAS, DEAD, SOURCE, FakeLambda, FakeSqs, refused

FAULTS = (
    KeyboardInterrupt(),
    refused("AccessDenied"),
    EndpointConnectionError(endpoint_url="https://sqs"),
)

letters = st.integers(0, 35)
some = st.sets(st.integers(0, 34))


class Fault:
    """Raises once, before or behind one call."""

    def __init__(self, error: BaseException, call: int) -> None:
        self._error, self._left = error, call

    def __call__(self, _: str) -> None:
        self._left -= 1
        if self._left == 0:
            raise self._error


def queue_of(number: int) -> tuple[FakeSqs, list[str]]:
    sqs = FakeSqs()
    bodies = [f"body {n}" for n in range(number)]
    for body in bodies:
        sqs.put(body)
    return sqs, bodies


def source(kind: Any) -> Source:
    return Source(name="letters", url=DEAD, kind=kind, target=SOURCE)


@given(number=letters, unsendable=some, undeletable=some)
def test_messages_that_are_refused_stay(
    number: int, unsendable: set[int], undeletable: set[int]
) -> None:
    sqs, bodies = queue_of(number)
    sqs.unsendable = {f"body {n}" for n in unsendable}
    sqs.undeletable = {f"body {n}" for n in undeletable}
    code = redrive(source("queue"), Inbox(sqs, DEAD), ToQueue(sqs, SOURCE), None, show=False)
    stay = [b for b in bodies if b in sqs.unsendable | sqs.undeletable]
    assert sqs.bodies(DEAD) == stay
    assert sqs.bodies(SOURCE) == [b for b in bodies if b not in sqs.unsendable]
    assert sqs.hidden == {}
    assert code == (1 if stay else 0)


@given(
    number=letters,
    error=st.sampled_from(FAULTS),
    call=st.integers(1, 30),
    answered=st.booleans(),
)
def test_a_fault_at_any_call_loses_nothing(
    number: int, error: BaseException, call: int, answered: bool
) -> None:
    sqs, bodies = queue_of(number)
    setattr(sqs, "after" if answered else "before", Fault(error, call))
    visit = Pass(Inbox(sqs, DEAD), began=2_000)
    report = Report(source("queue"), payloads=False)
    try:
        try:
            go_through(visit, ToQueue(sqs, SOURCE), report)
        finally:
            visit.release()
    except (KeyboardInterrupt, *map(type, FAULTS)):
        pass
    there = sqs.bodies(DEAD) + sqs.bodies(SOURCE)
    assert set(there) == set(bodies)
    assert len(there) - len(bodies) <= 10  # done twice, at most: the batch that was in work
    assert report.done <= number - len(sqs.bodies(DEAD))
    sqs.before = sqs.after = lambda _: None
    if not sqs.hidden:  # what the fault kept from being given back comes back by itself
        assert redrive(source("queue"), Inbox(sqs, DEAD), ToQueue(sqs, SOURCE), None, False) == 0
        assert sqs.bodies(DEAD) == []
        assert set(sqs.bodies(SOURCE)) == set(bodies)


@given(number=st.integers(0, 12), failing=st.sets(st.integers(0, 11)))
def test_events_that_fail_again_are_kept(number: int, failing: set[int]) -> None:
    sqs, client = FakeSqs(), FakeLambda()
    bodies = [
        json.dumps({"requestContext": {"condition": "RetriesExhausted"}, "requestPayload": n})
        for n in range(number)
    ]
    for body in bodies:
        sqs.put(body)
    client.answers = lambda event: (
        {"errorMessage": "x", "errorType": "E"} if event in failing else 0
    )
    delivery = ToFunction(client, ALIAS, failed_event)
    code = redrive(source("function"), Inbox(sqs, DEAD), delivery, None, show=False)
    assert client.events == list(range(number))  # each once
    assert sqs.bodies(DEAD) == [b for n, b in enumerate(bodies) if n in failing]
    assert sqs.hidden == {}
    assert code == (1 if failing & set(range(number)) else 0)


@given(number=letters)
def test_looking_changes_nothing(number: int) -> None:
    sqs, bodies = queue_of(number)
    assert redrive(source("queue"), Inbox(sqs, DEAD), None, None, show=True) == 0
    assert sqs.bodies(DEAD) == bodies
    assert sqs.bodies(SOURCE) == []
    assert sqs.hidden == {}
    assert not {"DeleteMessageBatch", "SendMessageBatch"} & set(sqs.calls)


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (None, 0)])
def test_the_summary_comes_in_any_case(
    error: BaseException | None, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs, _ = queue_of(15)
    if error:
        sqs.before = Fault(error, 5)  # count, receive, send, delete, and the second receive
    assert (
        redrive(source("queue"), Inbox(sqs, DEAD), ToQueue(sqs, SOURCE), None, show=False) == code
    )
    said = capsys.readouterr()
    assert f"Seen {10 if error else 15}: {10 if error else 15} moved back, 0 kept." in said.out
    assert ("Interrupted" in said.err) == bool(error)


def test_a_reader_that_has_had_enough_keeps_nothing_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Closing(io.StringIO):
        def write(self, text: str) -> int:
            super().write(text)
            if "id-" in self.getvalue():
                raise BrokenPipeError
            return len(text)

    sqs, bodies = queue_of(3)
    monkeypatch.setattr(sys, "stdout", Closing())
    with pytest.raises(BrokenPipeError):
        redrive(source("queue"), Inbox(sqs, DEAD), None, None, show=False)
    assert sqs.bodies(DEAD) == bodies
    assert sqs.hidden == {}


def test_what_was_in_work_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    sqs, bodies = queue_of(3)
    sqs.after = Fault(KeyboardInterrupt(), 3)  # sent, and never deleted
    redrive(source("queue"), Inbox(sqs, DEAD), ToQueue(sqs, SOURCE), None, show=False)
    assert (
        "3 in work when it ended: moved back, or still there, or both." in capsys.readouterr().out
    )
    assert sqs.bodies(DEAD) == sqs.bodies(SOURCE) == bodies
    assert sqs.hidden == {}
