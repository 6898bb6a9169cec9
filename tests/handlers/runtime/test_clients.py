"""Clients keep the deadline and survive dead connections; tested with a bad server."""

import logging
import socket
import time

import pytest
from botocore.exceptions import ConnectionClosedError, HTTPClientError, ReadTimeoutError

from handlers.domain.user import NewUser
from handlers.domain.user_store import UserStore
from handlers.runtime import aws, deadline
from handlers.runtime.deadline import OutOfTime
from handlers.runtime.faults import Unavailable, is_temporary
from handlers.runtime.log import failure
from tests.support.bad_server import LEAST, BadServer, Invocation, Request, server
from tests.support.fakes import log

__all__ = ["log", "server"]
USER = {"id": {"S": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"}}


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
    deadline.begin(Invocation(LEAST + 0.5))
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
    assert is_temporary(caught.value)
    assert server.requests == []
    deadline.begin(None)
    assert client.get_item(TableName="users", Key=USER)


def test_a_pause_that_leaves_no_time_is_not_begun() -> None:
    deadline.begin(Invocation(LEAST + 2))
    deadline.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        deadline.sleep(30)
    assert time.monotonic() - began < 2


def test_a_conflict_that_outlasts_the_time_is_unavailable(server: BadServer) -> None:
    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    error = {"__type": "x#TransactionCanceledException", "CancellationReasons": reasons}
    server.behave = lambda request: request.answer(error, status=400)
    store = UserStore(aws.client("dynamodb"), "users", ledger_table="ledger")
    deadline.begin(Invocation(LEAST + 0.15))
    with pytest.raises(Unavailable):
        store.create(NewUser("Ada", "ada@example.com"), idempotency_key=None)
    assert 1 <= len(server.requests) < 6


def test_tls_takes_no_longer_than_connecting(
    monkeypatch: pytest.MonkeyPatch, server: BadServer
) -> None:
    """That is why an attempt may take the connect timeout twice."""
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
def test_a_connection_that_died_silently_costs_an_attempt(end: str, server: BadServer) -> None:
    """The server forgot it (and sends RST), or a device in between did (and sends nothing)."""

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


def test_a_call_that_must_not_be_repeated_is_made_once(server: BadServer) -> None:
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
