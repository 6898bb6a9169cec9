"""Every call keeps to the invocation's time, whatever AWS does: seen with a real, bad server."""

import dataclasses
import importlib
import logging
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from bad_server import BadServer, Request, bad_server
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError
from fakes import load_event, log, outcomes

from handlers.common import aws, deadline
from handlers.common.deadline import OutOfTime
from handlers.common.faults import Unavailable, is_passing
from handlers.common.log import failure
from handlers.common.user import NewUser
from handlers.common.user_store import UserStore
from handlers.process_upload.handler import Failed

__all__ = ["log"]

USER = {"id": {"S": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"}}
LEAST = 3.5
"""Seconds that must be left for a call: the reserve, connecting, TLS, and half a second to read."""


class Invocation:
    """Lambda's context of a function that has so many seconds left."""

    aws_request_id = "8f6c1c9e-6f0a-4c7e-9d52-0a1f6f6c2b11"

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.ends - time.monotonic()) * 1000))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    with bad_server() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{running.port}")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        yield running


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, server: BadServer) -> Any:
    """Invoke a function's real entry point; what it raises is given as its type's name."""

    def invoke(function: str, *, seconds: float, event: Any = None) -> Any:
        module = importlib.import_module(f"handlers.{function}.handler")
        for setting in dataclasses.fields(module.Settings):
            monkeypatch.setenv(setting.name.upper(), "1")
        if function == "process_upload":
            monkeypatch.setenv(
                "BUCKET", load_event(function)["Records"][0]["s3"]["bucket"]["name"]
            )  # which the event names
        module._dependencies.cache_clear()
        module._dependencies()  # as INIT does, before the time begins
        context = Invocation(seconds)
        try:
            return module.handler(event or load_event(function), context)
        except (HTTPClientError, Failed) as error:
            return type(error).__name__
        finally:
            module._dependencies.cache_clear()
            assert context.get_remaining_time_in_millis() or not seconds

    return invoke


def failed(event: str) -> dict[str, Any]:
    """Give the response that says that no message of the event was dealt with."""
    records = load_event(event)["Records"]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in records]}


BUSY = {"status": 503, "retry": "2"}
UNTOUCHED = {
    "create_user": BUSY,
    "get_user": BUSY,
    "queue_welcome": {"batchItemFailures": [{"itemIdentifier": "100000000005391461881"}]},
    "send_email": failed("send_email"),
    "process_upload": "Failed",
    "cleanup_expired": "HTTPClientError",
    "daily_report": "HTTPClientError",
}
"""What each function says when AWS does not answer: all of it leads to another attempt."""


def said(answer: Any) -> Any:
    """Reduce a function's answer to what ``UNTOUCHED`` says of it."""
    if isinstance(answer, dict) and "statusCode" in answer:
        return {"status": answer["statusCode"], "retry": answer["headers"].get("Retry-After")}
    return "HTTPClientError" if answer in ("OutOfTime", "ReadTimeoutError") else answer


@pytest.mark.parametrize("function", UNTOUCHED)
def test_without_an_answer_a_function_still_answers(
    function: str, invoke: Any, server: BadServer
) -> None:
    server.behave = server.silent
    assert said(invoke(function, seconds=LEAST + 0.3)) == UNTOUCHED[function]
    assert len(server.requests) == 1


@pytest.mark.parametrize("function", UNTOUCHED)
def test_without_time_no_call_is_made(function: str, invoke: Any, server: BadServer) -> None:
    assert said(invoke(function, seconds=0)) == UNTOUCHED[function]
    assert server.requests == []


@pytest.mark.parametrize("function", ["create_user", "get_user"])
@pytest.mark.parametrize("fault", ["reset", "failing", "throttling"])
def test_an_api_function_answers_503(
    function: str, fault: str, invoke: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    error = {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}
    server.behave = {
        "reset": Request.reset,
        "failing": lambda request: request.answer(status=500),
        "throttling": lambda request: request.answer(error, status=400),
    }[fault]
    # Time for one retry: the pause before a second one might be 2 s.
    assert said(invoke(function, seconds=LEAST + 1.4)) == BUSY
    assert len(server.requests) == 2
    assert outcomes(log) == ["busy"]


def test_a_slow_answer_is_waited_for(invoke: Any, server: BadServer) -> None:
    server.behave = server.hang(0.4)
    assert invoke("get_user", seconds=LEAST + 1)["statusCode"] == 404


@pytest.mark.parametrize("slow", ["UpdateItem", "SendEmail"])
def test_a_queues_messages_come_again(
    slow: str, invoke: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    """The first message is in hand when the service falls silent; no other one is begun."""

    def behave(request: Request) -> None:
        if slow == "SendEmail" and "UpdateItem" in request.target:
            request.answer({"Attributes": {"begun": {"SS": ["me"]}}})
        else:
            server.silent(request)

    server.behave = behave
    event = load_event("send_email")
    event["Records"] = [
        {**event["Records"][0], "messageId": f"m{n}", "receiptHandle": f"r{n}"} for n in range(3)
    ]
    answer = invoke("send_email", seconds=LEAST + 0.4, event=event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": f"m{n}"} for n in range(3)]}
    assert outcomes(log) == ["failed", "deferred", "deferred", "visibility_unchanged"]
    assert len(server.requests) == {"UpdateItem": 1, "SendEmail": 2}[slow]


def test_what_was_sent_but_cannot_be_recorded_has_failed(
    invoke: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    """And is no deferred message, which would say that it was not touched."""

    def behave(request: Request) -> None:
        if "UpdateItem" in request.target and len(server.requests) == 1:
            request.answer({"Attributes": {"begun": {"SS": ["me"]}}})
        elif "UpdateItem" in request.target:
            server.silent(request)
        else:
            request.answer({"MessageId": "1"})

    server.behave = behave
    assert invoke("send_email", seconds=LEAST + 0.4) == failed("send_email")
    assert outcomes(log)[0] == "failed"


# A client by itself


def test_a_call_waits_as_configured_or_as_long_as_there_is_time(server: BadServer) -> None:
    server.behave = server.silent
    client = aws.client("dynamodb", read_timeout=0.2, attempts=1)
    for seconds in (None, 60):
        deadline.begin(seconds and Invocation(seconds))
        began = time.monotonic()
        with pytest.raises(ReadTimeoutError):
            client.get_item(TableName="users", Key=USER)
        assert 0.2 <= time.monotonic() - began < 2
    client = aws.client("dynamodb", attempts=4)
    deadline.begin(Invocation(LEAST + 0.2))
    began = time.monotonic()
    with pytest.raises(ReadTimeoutError):
        client.get_item(TableName="users", Key=USER)
    assert 0.5 <= time.monotonic() - began < 2
    assert len(server.requests) == 3


def test_no_attempt_is_made_when_time_is_up(server: BadServer) -> None:
    client = aws.client("dynamodb")
    deadline.begin(Invocation(LEAST - 0.1))
    with pytest.raises(OutOfTime) as caught:
        client.get_item(TableName="users", Key=USER)
    assert is_passing(caught.value)
    assert server.requests == []
    deadline.begin(None)
    assert client.get_item(TableName="users", Key=USER)


def test_a_pause_is_not_begun_that_leaves_no_time() -> None:
    deadline.begin(Invocation(LEAST + 0.2))
    deadline.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        deadline.sleep(30)
    assert time.monotonic() - began < 2


def test_a_conflict_that_outlasts_the_time_is_unavailable(server: BadServer) -> None:
    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    error = {"__type": "x#TransactionCanceledException", "CancellationReasons": reasons}
    server.behave = lambda request: request.answer(error, status=400)
    deadline.begin(Invocation(LEAST + 0.15))
    with pytest.raises(Unavailable):
        UserStore(aws.client("dynamodb"), "users").create(
            NewUser("Ada", "ada@example.com"), idempotency_key=None
        )
    assert 1 <= len(server.requests) < 6


def test_tls_takes_no_longer_than_connecting(
    monkeypatch: pytest.MonkeyPatch, server: BadServer
) -> None:
    """Which is why an attempt may take the connect time-out twice."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{mute.getsockname()[1]}")
        monkeypatch.setattr(deadline, "CONNECT_SECONDS", 0.2)
        client = aws.client("dynamodb", read_timeout=30, attempts=1)
        began = time.monotonic()
        with pytest.raises(HTTPClientError):
            client.get_item(TableName="users", Key=USER)
        assert 0.2 <= time.monotonic() - began < 5


# Connections that ended while Lambda had frozen the function


def test_a_connection_that_the_server_closed_is_not_used_again(server: BadServer) -> None:
    def close(request: Request) -> None:
        request.answer()
        request.peer.shutdown(2)

    server.behave = close
    client = aws.client("sesv2", attempts=1)  # whose calls are never repeated
    for _ in range(3):
        client.get_account()
        time.sleep(0.1)  # frozen
    assert [(r.connection, r.number) for r in server.requests] == [(0, 0), (1, 0), (2, 0)]


@pytest.mark.parametrize("end", ["reset", "silent"])
def test_a_connection_that_is_dead_without_a_word_costs_an_attempt(
    end: str, server: BadServer
) -> None:
    """The server forgot it (and answers RST), or what is in between did (and answers nothing)."""

    def behave(request: Request) -> None:
        if request.number == 0:
            request.answer()
        else:
            request.reset() if end == "reset" else server.silent(request)

    server.behave = behave
    client = aws.client("dynamodb", read_timeout=0.2)
    deadline.begin(Invocation(20))
    client.get_item(TableName="users", Key=USER)
    answer = client.get_item(TableName="users", Key=USER)
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1
    assert [(r.connection, r.number) for r in server.requests] == [(0, 0), (0, 1), (1, 0)]


def test_a_call_that_must_not_be_repeated_is_not(server: BadServer) -> None:
    server.behave = lambda request: request.reset() if request.number else request.answer()
    client = aws.client("sesv2", attempts=1)
    client.get_account()
    with pytest.raises(ConnectionClosedError):
        client.get_account()
    assert len(server.requests) == 2


def test_a_failure_without_an_answer_is_logged(log: pytest.LogCaptureFixture) -> None:
    failure("busy", ReadTimeoutError(endpoint_url="x"), level=logging.WARNING)
    [record] = log.records
    assert (record.error, record.code) == ("ReadTimeoutError", None)
