"""What is sent and invoked: the message as it was, the event as the trigger made it."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from ops.redrive.errors import CannotRedrive
from ops.redrive.events import failed_event
from ops.redrive.inbox import Inbox
from ops.redrive.letters import Letter
from ops.redrive.stream_records import StreamRecords
from ops.redrive.to_function import ToFunction
from ops.redrive.to_queue import MOST_BYTES, ToQueue, batches, size_of
from tests.support.redrive_fakes import (
    ALIAS,
    DEAD,
    SOURCE,
    FakeLambda,
    FakeSqs,
    FakeStreams,
    refused,
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def letter(body: Any, *, number: int = 0, **attributes: str) -> Letter:
    return Letter(
        id=f"id-{number}",
        receipt="receipt",
        body=body if isinstance(body, str) else json.dumps(body),
        sent=0,
        receives=1,
        attributes={
            key: {"DataType": "String", "StringValue": value} for key, value in attributes.items()
        },
    )


def test_a_message_keeps_its_body_attributes_and_trace() -> None:
    sqs = FakeSqs()
    attributes = {
        "user_id": {"DataType": "String", "StringValue": "user_1"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "number": {"DataType": "Number", "StringValue": "7"},
    }
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2-3"}}
    sqs.put("{not json", MessageAttributes=attributes, MessageSystemAttributes=trace)
    sqs.put("bare")
    assert ToQueue(sqs, SOURCE).deliver(Inbox(sqs, DEAD).receive(10)) == {}
    first, second = sqs.queues[SOURCE]
    assert first["Body"] == "{not json"
    assert first["MessageAttributes"] == attributes
    assert first["Attributes"]["AWSTraceHeader"] == "Root=1-2-3"
    assert second["Body"] == "bare"
    assert "MessageAttributes" not in second
    assert "AWSTraceHeader" not in second["Attributes"]


@given(st.lists(st.integers(1, MOST_BYTES) | st.integers(1, 100), max_size=10))
def test_one_call_sends_no_more_than_sqs_takes(sizes: list[int]) -> None:
    letters = [letter("x" * size, number=n) for n, size in enumerate(sizes)]
    parts = list(batches(letters))
    assert [item for part in parts for item in part] == letters
    assert all(sum(size_of(item) for item in part) <= MOST_BYTES for part in parts)
    assert all(
        sum(size_of(item) for item in part) + size_of(following[0]) > MOST_BYTES
        for part, following in pairwise(parts)
    )


def test_bytes_are_counted_as_sqs_counts_them() -> None:
    sized = Letter(
        id="i", receipt="r", body="é", sent=0, receives=1,
        attributes={
            "ab": {"DataType": "String", "StringValue": "é"},
            "c": {"DataType": "Binary", "BinaryValue": b"123"},
        },
    )  # fmt: skip
    assert size_of(sized) == 2 + (2 + 6 + 2) + (1 + 6 + 3)


@given(JSON)
def test_the_event_is_the_one_that_failed(event: Any) -> None:
    of_lambda = letter({"requestContext": {}, "requestPayload": event})
    assert json.loads(failed_event(of_lambda)) == event
    request = {"FunctionName": "f", "InvocationType": "Event", "Payload": json.dumps(event)}
    assert json.loads(failed_event(letter(request, SCHEDULE_ARN="arn"))) == event
    assert json.loads(failed_event(letter(json.dumps(event), SCHEDULE_ARN="arn"))) == event


@pytest.mark.parametrize(
    ("unreadable", "why"),
    [
        (letter("{"), "neither a record of Lambda nor one of a schedule"),
        (letter([]), "neither"),
        (letter({"day": "2026-11-22"}), "neither"),
        (letter({"requestContext": {}}), "neither"),
        (letter({"requestContext": 1, "requestPayload": 1}), "neither"),
        (letter("[" * 100_000), "neither"),
        (letter("{}", SCHEDULE_ARN="arn", IS_PAYLOAD_TRUNCATED="true"), "truncated its event"),
        (letter("{cut", SCHEDULE_ARN="arn", IS_PAYLOAD_TRUNCATED="false"), "not JSON"),
        (letter({"FunctionName": "f", "Payload": "{"}, SCHEDULE_ARN="arn"), "not JSON"),
    ],
)
def test_letters_without_an_event(unreadable: Letter, why: str) -> None:
    with pytest.raises(CannotRedrive, match=why):
        failed_event(unreadable)
    client = FakeLambda()
    (told,) = ToFunction(client, ALIAS, failed_event).deliver([unreadable]).values()
    assert why in told
    assert client.events == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"written": []}, None),
        (None, None),
        ({"batchItemFailures": []}, None),
        ({"batchItemFailures": [{"itemIdentifier": "1"}]}, "failed again: 1 of its records"),
        ({"errorMessage": "ada@example.com", "errorType": "BadEvent"}, "failed again: BadEvent"),
        ({"errorMessage": "ada@example.com"}, "failed again: Unhandled"),
        ({"errorMessage": "", "errorType": "for ada@example.com"}, "failed again: unknown"),
        (ReadTimeoutError(endpoint_url="x"),
         "no answer in time; the function may still be running"),
        (refused("RequestTooLargeException"), "Lambda refused the event: RequestTooLargeException"),
    ],
)  # fmt: skip
def test_why_an_event_was_not_processed(answer: Any, why: str | None) -> None:
    client = FakeLambda()
    client.answers = lambda _: answer
    dead = letter({"requestContext": {}, "requestPayload": 1})
    assert ToFunction(client, ALIAS, failed_event).deliver([dead]) == (
        {dead.id: why} if why else {}
    )


@pytest.mark.parametrize("code", ["AccessDeniedException", "TooManyRequestsException"])
def test_what_is_no_fault_of_the_event_ends_the_run(code: str) -> None:
    client = FakeLambda()
    client.answers = lambda _: refused(code)
    with pytest.raises(type(refused(code)), match=code):
        ToFunction(client, ALIAS, failed_event).deliver(
            [letter({"requestContext": {}, "requestPayload": 1})]
        )


STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/users/stream/2026-11-24T00:00:00.000"
FIRST, SECOND, THIRD, FOURTH = (str(n).zfill(25) for n in (9, 10, 11, 100))


def place(first: str, last: str) -> Letter:
    return letter(
        {
            "requestContext": {"condition": "RetryAttemptsExhausted"},
            "DDBStreamBatchInfo": {
                "streamArn": STREAM,
                "shardId": "shardId-00000000000000000000-00000000",
                "startSequenceNumber": first,
                "endSequenceNumber": last,
                "batchSize": 1,
            },
        }
    )


def record(number: str) -> dict[str, Any]:
    return {
        "eventID": f"event {number}",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 11, 24, tzinfo=UTC),
            "Keys": {"id": {"S": "user_1"}},
            "NewImage": {"photo": {"B": b"\x00\xff"}, "more": {"BS": [b"a"]}},
            "SequenceNumber": number,
        },
    }


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [(FIRST, FIRST, [FIRST]), (SECOND, SECOND, [SECOND]), (FIRST, THIRD, [FIRST, SECOND, THIRD])],
)
@pytest.mark.parametrize("closed", [False, True])
def test_records_are_read_from_first_to_last(
    first: str, last: str, expected: list[str], closed: bool
) -> None:
    everything = [record(number) for number in (FIRST, SECOND, THIRD, FOURTH)]
    rest = everything[[FIRST, SECOND].index(first) :]
    pages = [page for one in rest for page in (*[[]] * 6, [one])]  # more in all than in a row
    client = FakeStreams(*pages, closed=closed)
    event = json.loads(StreamRecords(client).event(place(first, last)))
    assert [r["dynamodb"]["SequenceNumber"] for r in event["Records"]] == expected
    assert client.start["SequenceNumber"] == first
    assert client.start["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
    assert client.calls.count("GetRecords") == 7 * len(expected)  # and not to the stream's end


def test_a_record_is_written_as_lambda_writes_it() -> None:
    by_ttl = {
        **record(FIRST),
        "userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"},
    }
    event = json.loads(StreamRecords(FakeStreams([by_ttl])).event(place(FIRST, FIRST)))
    (written,) = event["Records"]
    assert written == {
        "eventID": f"event {FIRST}",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": STREAM,
        "userIdentity": {"principalId": "dynamodb.amazonaws.com", "type": "Service"},
        "dynamodb": {
            "ApproximateCreationDateTime": 1795478400,
            "Keys": {"id": {"S": "user_1"}},
            "NewImage": {"photo": {"B": "AP8="}, "more": {"BS": ["YQ=="]}},
            "SequenceNumber": FIRST,
        },
    }


@pytest.mark.parametrize(
    "client",
    [
        FakeStreams(refused("TrimmedDataAccessException")),
        FakeStreams([record(FIRST)], refused("TrimmedDataAccessException")),
        FakeStreams(refused("ResourceNotFoundException")),
        FakeStreams(closed=True),
        FakeStreams([record(FOURTH)]),
        FakeStreams([record(SECOND), record(THIRD)]),
        FakeStreams([record(FIRST), record(FOURTH)]),
        FakeStreams([record(FIRST)]),
    ],
)
def test_records_that_have_left_the_stream(client: FakeStreams) -> None:
    with pytest.raises(CannotRedrive, match="has left the stream"):
        StreamRecords(client).event(place(FIRST, THIRD))


@pytest.mark.parametrize(
    "nowhere",
    [
        letter("{"),
        letter({}),
        letter({"DDBStreamBatchInfo": None}),
        letter({"DDBStreamBatchInfo": {"streamArn": STREAM}}),
        place("one", FIRST),
        place(FIRST, ""),
    ],
)
def test_letters_without_a_place(nowhere: Letter) -> None:
    with pytest.raises(CannotRedrive, match="has no position in a stream"):
        StreamRecords(FakeStreams()).event(nowhere)


@pytest.mark.parametrize(
    "error", [refused("ValidationException"), ParamValidationError(report="too short")]
)
def test_places_that_dynamodb_does_not_take(error: Exception) -> None:
    with pytest.raises(CannotRedrive, match="has no position in a stream"):
        StreamRecords(FakeStreams(error)).event(place(FIRST, THIRD))


def test_what_is_no_fault_of_the_place_ends_the_run() -> None:
    with pytest.raises(type(refused("")), match="AccessDenied"):
        StreamRecords(FakeStreams(refused("AccessDenied"))).event(place(FIRST, THIRD))
