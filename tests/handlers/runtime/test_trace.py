"""The trace: from which parts of an event it comes, and what outsiders cannot make of it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime import batch, trace
from handlers.runtime.asynchronous import Failed
from handlers.runtime.entrypoint import Entrypoint
from tests.support import samples
from tests.support.fakes import FakeContext, log

__all__ = ["log"]

OWN = "0e6b3f9c-5f0b-4f2a-9a51-1d6a5a1f0c11"
CAUSE = "5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e"
CONTEXT = FakeContext(OWN)

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def within(record: Any) -> str | None:
    with trace.invocation({}, CONTEXT), trace.of(record):
        return trace.current()


def test_there_is_none_outside_of_an_invocation() -> None:
    assert trace.current() is None
    assert trace.named(str) == {}
    with trace.invocation({}, None):
        assert trace.current() is None


def by_appsync(header: str | None) -> list[Any]:
    """Return a batch of AppSync's contexts of one request."""
    headers = {} if header is None else {"x-amzn-trace-id": header}
    return [{"request": {"headers": headers}}, {"request": None}]


def test_an_invocation_has_the_requests_id_or_its_own() -> None:
    for event, expected in (
        ({"requestContext": {"requestId": CAUSE}}, CAUSE),
        ({"requestContext": {}}, OWN),
        ({"time": "2026-11-23T03:28:47Z"}, OWN),
        (
            by_appsync("Root=1-6922857f-0e1f2a3b4c5d6e7f80912a3b"),
            "1-6922857f-0e1f2a3b4c5d6e7f80912a3b",
        ),
        (
            by_appsync("Self=1-69-a;Root=1-6922857f-0e1f2a3b4c5d6e7f80912a3b;Sampled=1"),
            "1-6922857f-0e1f2a3b4c5d6e7f80912a3b",
        ),
        (by_appsync("Root=Ada Lovelace"), OWN),
        (by_appsync(None), OWN),
        ([], OWN),
    ):
        with trace.invocation(event, CONTEXT):
            assert trace.current() == expected
        assert trace.current() is None


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"messageId": CAUSE, "messageAttributes": {}}, CAUSE),
        ({"messageId": OWN, "messageAttributes": {"trace": {"stringValue": CAUSE}}}, CAUSE),
        ({"messageId": CAUSE, "messageAttributes": {"trace": {"binaryValue": "YQ=="}}}, CAUSE),
        ({"eventID": "c4ca4238a0b923820dcc509a6f75849b", "dynamodb": {"Keys": {}}},
         "c4ca4238a0b923820dcc509a6f75849b"),
        ({"eventID": OWN, "dynamodb": {"NewImage": {"trace": {"S": CAUSE}}}}, CAUSE),
        ({"responseElements": {"x-amz-request-id": "C3D13FE58DE4C810"}}, "C3D13FE58DE4C810"),
        ({}, OWN),
    ],
)  # fmt: skip
def test_a_record_has_its_causes_trace_or_its_own_id(record: Any, expected: str) -> None:
    assert within(record) == expected


def test_the_samples_of_events_have_one() -> None:
    for function in ("send_email", "queue_welcome", "process_upload"):
        for record in samples.event(function)["Records"]:
            assert within(record) != OWN, function


HOSTILE = [
    "Ada Lovelace", "ada@example.com", "", "a" * 65, "ab" * 8 + "\n", "dead-beef", '" || 1',
    "C3D13FE58DE4C81Z9", "c3d13fe58de4c81z", "../../etc/passwd", "٣" * 16,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_outsiders_choose_is_replaced(text: str) -> None:
    attributes = {"trace": {"stringValue": text}}
    assert within({"messageId": CAUSE, "messageAttributes": attributes}) == CAUSE
    assert within({"messageId": text, "messageAttributes": attributes}) == OWN
    with trace.invocation({"requestContext": {"requestId": text}}, CONTEXT):
        assert trace.current() == OWN


@given(JSON, JSON, st.text())
def test_no_event_breaks_it_and_no_trace_has_room_for_words(
    event: Any, record: Any, text: str
) -> None:
    chosen = {"messageAttributes": {"trace": {"stringValue": text}}, "messageId": record}
    for given_record in (record, chosen, {"dynamodb": record}, {"responseElements": event}):
        with trace.invocation(event, CONTEXT), trace.of(given_record):
            found = trace.current()
            assert found is not None
            assert re.fullmatch("[0-9A-Fa-f-]{16,64}|[0-9A-Z]{16}", found, re.ASCII)
    assert trace.current() is None


def test_each_message_of_a_batch_has_its_own() -> None:
    ids = [f"{n:032x}" for n in range(3)]
    seen = []

    def handle(record: dict[str, Any]) -> None:
        seen.append(trace.current())
        raise ValueError

    with trace.invocation({}, CONTEXT):
        batch.failing([{"messageId": id_} for id_ in ids], handle)
        assert trace.current() == OWN
    assert seen == ids


def test_an_error_that_leaves_the_function_is_logged_with_its_records_trace(
    log: pytest.LogCaptureFixture,
) -> None:
    def adapter(event: Any, _context: Any) -> None:
        for record in event["Records"]:
            with trace.of(record):
                raise KeyError(record["body"])

    function = Entrypoint[None](adapter, lambda: ())
    with pytest.raises(KeyError):
        function({"Records": [{"messageId": CAUSE, "body": "ada@example.com"}]}, CONTEXT)
    [record] = log.records
    fields = record.__dict__
    assert (fields["outcome"], fields["error"], fields["trace"]) == ("unhandled", "KeyError", CAUSE)
    assert "ada@" not in repr(fields)
    assert trace.current() is None


def test_what_was_logged_before_is_not_logged_again(log: pytest.LogCaptureFixture) -> None:
    def adapter(_event: Any, _context: Any) -> None:
        raise Failed

    with pytest.raises(Failed):
        Entrypoint[None](adapter, lambda: ())({}, CONTEXT)
    assert log.records == []
