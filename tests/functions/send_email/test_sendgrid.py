"""Sending through SendGrid's API, as its documentation describes it, over real connections.

https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime import aws, deadline, trace
from handlers.runtime.restore import after_restore, before_snapshot
from handlers.runtime.secret import Secret
from handlers.send_email import sendgrid
from handlers.send_email.mailer import Paused, Rejected, Throttled, Unreachable
from handlers.send_email.render import Rendered
from handlers.send_email.retry import react
from handlers.send_email.sendgrid import SendGridMailer, retry_after
from handlers.send_email.sendgrid_connection import Connection, Unanswered
from tests.support import samples
from tests.support.bad_server import BadServer, Invocation, Request, server
from tests.support.cold_path import environment
from tests.support.expected import unprocessed
from tests.support.fakes import client_error, log, logged_text, outcomes, small_heap
from tests.support.formats import TRACE

__all__ = ["log", "server", "small_heap"]
CONTENT = Rendered("Grüße", "text", "<p>html</p>")
KEY = "SG.key"


class Keys:
    """Secrets Manager, which has one secret."""

    def __init__(self) -> None:
        self.value: str | Exception = KEY
        self.read = 0

    def get_secret_value(self, **_: str) -> dict[str, str]:
        self.read += 1
        if isinstance(self.value, Exception):
            raise self.value
        return {"SecretString": self.value}


class Provider:
    """SendGrid on the test's server: accepts the right key, or answers as the test says."""

    def __init__(self, server: BadServer) -> None:
        self.server, self.keys = server, Keys()
        self.now, self.pauses = 1_000.0, list[float]()
        self.answers: list[Callable[[Request], object]] = []
        server.behave = self.behave
        self.mailer = self.new()

    def new(self) -> SendGridMailer:
        return SendGridMailer(
            Secret(lambda: self.keys, "arn", now=lambda: self.now),
            url=f"http://127.0.0.1:{self.server.port}",
            sender="no-reply@x.co",
            sleep=self.pauses.append,
            now=lambda: self.now,
        )

    def behave(self, request: Request) -> None:
        if self.answers:
            self.answers.pop(0)(request)
        else:
            accept(request)

    def send(self) -> None:
        self.mailer.send("ada@x.co", CONTENT)


def accept(request: Request) -> None:
    request.peer.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")


def refuse(status: int, field: str | None = None, **headers: str) -> Callable[[Request], object]:
    body = {"errors": [{"message": "about ada@x.co", "field": field, "help": None}]}
    return lambda request: request.answer(body, status=status, **headers)


@pytest.fixture
def provider(server: BadServer) -> Provider:
    return Provider(server)


def test_the_request(provider: Provider) -> None:
    with trace.of({"messageId": TRACE}):
        provider.send()
    [request] = provider.server.requests
    assert request.target == "POST /v3/mail/send HTTP/1.1"
    assert request.head["authorization"] == f"Bearer {KEY}"
    assert request.head["content-type"] == request.head["accept"] == "application/json"
    assert json.loads(request.body) == {
        "personalizations": [{"to": [{"email": "ada@x.co"}]}],
        "from": {"email": "no-reply@x.co"},
        "subject": "Grüße",
        "content": [
            {"type": "text/plain", "value": "text"},
            {"type": "text/html", "value": "<p>html</p>"},
        ],
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
        },
        "custom_args": {"trace": TRACE},
    }


def test_no_trace_is_no_argument(provider: Provider) -> None:
    provider.send()
    assert "custom_args" not in json.loads(provider.server.requests[0].body)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refuse(400, "personalizations.0.to.0.email"), Rejected),
        (refuse(400, "subject"), Rejected),
        (refuse(400), Rejected),
        (refuse(400, "from.email"), Paused),
        (refuse(400, "fromage"), Rejected),
        (refuse(413), Rejected),
        (refuse(415), Rejected),
        (refuse(403, "from"), Paused),
        (refuse(404), Paused),
        (refuse(406), Paused),
        (refuse(451), Paused),
        (refuse(302, Location="http://127.0.0.1:1/"), Paused),
        (refuse(500), Unreachable),
        (refuse(503), Unreachable),
        (refuse(502), Unreachable),
        (refuse(504), Unreachable),
        (refuse(599), Unreachable),
    ],
)
def test_answers_are_sorted(provider: Provider, answer: Any, error: type[Exception]) -> None:
    provider.answers = [answer]
    with pytest.raises(error) as caught:
        provider.send()
    assert str(caught.value).isdigit()  # nothing of what the provider quotes
    assert (len(provider.server.requests), provider.pauses) == (1, [])
    provider.send()  # the next message is not affected


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"errors": [1]}', b"[]", b'{"errors": {}}'])
def test_errors_of_another_form_count_by_their_status(provider: Provider, body: bytes) -> None:
    head = f"HTTP/1.1 400 Bad\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    provider.answers = [lambda request: request.peer.sendall(head + body)]
    with pytest.raises(Rejected):
        provider.send()


@given(st.binary(max_size=200))
def test_no_body_of_an_error_is_an_error_here(body: bytes) -> None:
    assert sendgrid.blames_sender(body) in (False, True)


@pytest.mark.parametrize(
    "answer",
    [
        Request.reset,
        lambda request: None,
        lambda request: request.peer.sendall(b"no HTTP\r\n\r\n"),
        lambda request: request.peer.sendall(b"HTTP/1.1 20"),
    ],
    ids=["reset", "closed", "nonsense", "cut"],
)
def test_without_an_answer_it_was_perhaps_sent(provider: Provider, answer: Any) -> None:
    def behave(request: Request) -> None:
        answer(request)
        if request.peer.fileno() != -1:
            request.peer.shutdown(socket.SHUT_RDWR)

    provider.answers = [behave]
    with pytest.raises(Unanswered):
        provider.send()
    assert len(provider.server.requests) == 1  # no second attempt
    provider.send()


def test_where_nobody_listens_nothing_was_sent(provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    provider.mailer = SendGridMailer(
        Secret(lambda: provider.keys, "arn"), url=f"http://127.0.0.1:{port}", sender="s"
    )
    with pytest.raises(Unreachable):
        provider.send()


def test_a_failed_handshake_sent_nothing(provider: Provider) -> None:
    """A server that speaks no TLS, as one on the way might be."""
    provider.mailer = SendGridMailer(
        Secret(lambda: provider.keys, "arn"),
        url=f"https://127.0.0.1:{provider.server.port}",
        sender="s",
    )
    with pytest.raises(Unreachable):
        provider.send()
    assert not [r for r in provider.server.requests if "authorization" in r.head]


def test_time_outs_keep_the_invocations_time(provider: Provider) -> None:
    provider.send()  # so that there is a connection
    context = Invocation(3)
    deadline.begin(context)
    provider.answers = [provider.server.silent]
    with pytest.raises(Unanswered):
        provider.send()
    assert 0 < context.get_remaining_time_in_millis() / 1000 <= 1.1  # the reserve is kept


def test_without_time_to_connect_nothing_is_sent(provider: Provider) -> None:
    left = [5_400]
    deadline.begin(SimpleNamespace(get_remaining_time_in_millis=lambda: left[-1]))
    with pytest.raises(deadline.OutOfTime):
        provider.send()
    assert provider.server.requests == []
    left.append(5_600)
    provider.send()


@pytest.mark.parametrize("headers", [b"Content-Length: 999999", b"Transfer-Encoding: chunked"])
def test_an_answer_that_never_ends_takes_no_time(provider: Provider, headers: bytes) -> None:
    def drip(request: Request) -> None:
        request.peer.sendall(b"HTTP/1.1 202 Accepted\r\n" + headers + b"\r\n\r\n")
        provider.server.silent(request)

    provider.answers = [drip]
    began = time.monotonic()
    provider.send()
    assert time.monotonic() - began < 6  # less than one time-out


# The limit of the rate


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"X-RateLimit-Reset": "1060"}, 60),
        ({"X-RateLimit-Reset": "900"}, 0),
        ({"Retry-After": "3", "X-RateLimit-Reset": "1060"}, 3),
        ({"Retry-After": "Fri, 27 Nov 2026 00:00:00 GMT", "X-RateLimit-Reset": "1060"}, 60),
        ({"Retry-After": "-1"}, 0),
        ({"Retry-After": "9" * 400}, 0),
        ({"Retry-After": "\u0661"}, 0),
    ],
)
def test_when_to_come_again(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers, 1_000) == seconds


@given(st.text(), st.text())
def test_no_header_is_an_error(first: str, second: str) -> None:
    headers = {"Retry-After": first, "X-RateLimit-Reset": second}
    assert 0 <= retry_after(headers, 1_000) <= 10**12


def test_short_pauses_are_waited_for(provider: Provider) -> None:
    provider.answers = [refuse(429), refuse(429), refuse(429)]
    provider.send()
    assert len(provider.pauses) == 3
    provider.answers = [refuse(429)] * 4
    with pytest.raises(Throttled):
        provider.send()


def test_nobody_is_asked_before_the_time(provider: Provider) -> None:
    """The rest of a batch is put off without a call, and for as long as the provider asks."""
    provider.answers = [refuse(429, Retry_After="3600")]
    for _ in range(3):
        with pytest.raises(Throttled) as caught:
            provider.send()
    assert len(provider.server.requests) == 1
    name, _, wait = react(caught.value, receives=1)
    assert name == "throttled"
    assert 3_600 <= wait <= 3_600 * 1.25
    assert react(Throttled("429", seconds=1), receives=1)[2] >= 30  # the queue's own wait is longer
    assert react(Throttled("429", seconds=10**9), receives=1)[2] < 12 * 3_600
    provider.now += 3_601
    provider.send()
    assert len(provider.server.requests) == 2


# The key


def test_a_rotated_key_is_read_again(provider: Provider) -> None:
    provider.send()
    provider.keys.value = "SG.new"
    provider.answers = [refuse(401)]
    provider.send()
    keys = [request.head["authorization"] for request in provider.server.requests]
    assert keys == [f"Bearer {KEY}", f"Bearer {KEY}", "Bearer SG.new"]
    assert provider.keys.read == 2


def test_a_wrong_key_pauses(provider: Provider) -> None:
    provider.answers = [refuse(401)]
    with pytest.raises(Paused, match=r"^401$"):
        provider.send()
    assert (len(provider.server.requests), provider.keys.read) == (1, 2)
    provider.keys.value = "SG.wrong, too"
    provider.answers = [refuse(401), refuse(401)]
    with pytest.raises(Paused, match=r"^401$"):
        provider.send()


@pytest.mark.parametrize(
    ("value", "error", "reason"),
    [
        (client_error("ResourceNotFoundException"), Paused, "key: ResourceNotFoundException"),
        (client_error("AccessDeniedException"), Paused, "key: AccessDeniedException"),
        ("", Paused, "key: NoText"),
        ("SG.a\r\nX-Evil: 1", Paused, "key: NoText"),
        ("SG.ü", Paused, "key: NoText"),
        (client_error("InternalServiceError", status=500), Unreachable, "key"),
        (deadline.OutOfTime(), deadline.OutOfTime, None),
    ],
)
def test_without_a_key_nothing_is_sent(
    provider: Provider, value: Any, error: type[Exception], reason: str | None
) -> None:
    provider.keys.value = value
    with pytest.raises(error) as caught:
        provider.send()
    assert reason in (None, str(caught.value))
    assert provider.server.requests == []


# Connections


def test_one_connection_serves_a_batch(provider: Provider) -> None:
    provider.send()
    provider.send()
    assert [request.connection for request in provider.server.requests] == [0, 0]


def test_no_connection_is_used_that_was_idle_for_long(provider: Provider) -> None:
    """The other side may just close it, and then nobody knows whether the e-mail was sent."""
    provider.send()
    provider.now += 6
    provider.send()
    assert [request.connection for request in provider.server.requests] == [0, 1]


def test_no_connection_is_used_that_the_server_has_closed(server: BadServer) -> None:
    def close(request: Request) -> None:
        accept(request)
        request.peer.shutdown(socket.SHUT_RDWR)

    connection = Connection(f"http://127.0.0.1:{server.port}", reads=frozenset())
    server.behave = close
    connection.post("/", b"", {})
    end = time.monotonic() + 5
    while connection.is_open() and time.monotonic() < end:
        time.sleep(0.01)
    server.behave = accept
    connection.post("/", b"", {})
    assert [request.connection for request in server.requests] == [0, 1]


# The function as a whole

VARIABLES = {
    "EMAIL_QUEUE_URL": "1",
    "USERS_TABLE": "1",
    "LEDGER_TABLE": "1",
    "SENDER": "no-reply@x.co",
    "SENDGRID_KEY": "arn",
}


@pytest.fixture
def function(server: BadServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The function's real entry point, with this provider; AWS is on the same server."""
    from handlers.send_email.handler import handler

    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SENDGRID_URL", f"http://127.0.0.1:{server.port}")
    monkeypatch.delenv("CONFIGURATION_SET", raising=False)
    aws.forget_credentials()
    handler.dependencies.cache_clear()
    yield handler
    handler.dependencies.cache_clear()
    aws.forget_credentials()


def everything(request: Request) -> None:
    """Answer as DynamoDB, Secrets Manager and SendGrid do."""
    if "UpdateItem" in request.target:
        request.answer({"Attributes": {"begun": {"SS": ["me"]}}})
    elif "GetSecretValue" in request.target:
        request.answer({"SecretString": KEY})
    else:
        accept(request)


def calls(server: BadServer) -> list[str]:
    return [r.target.rpartition(".")[2] for r in server.requests if "UpdateItem" not in r.target]


def test_a_batch_is_sent(function: Any, server: BadServer, log: pytest.LogCaptureFixture) -> None:
    server.behave = everything
    assert function(samples.event("send_email"), Invocation(30)) == {"batchItemFailures": []}
    assert outcomes(log) == ["sent", "sent"]
    assert [call for call in calls(server) if "Secret" in call] == ["GetSecretValue"]
    assert KEY not in logged_text(log)


def test_a_provider_that_is_down_fails_the_messages_and_releases_them(
    function: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    def behave(request: Request) -> None:
        if request.target.startswith("POST /v3"):
            refuse(503)(request)
        else:
            everything(request)

    server.behave = behave
    event = samples.event("send_email")
    assert function(event, Invocation(30)) == unprocessed(event)
    assert outcomes(log)[:2] == ["unreachable", "unreachable"]
    # Claimed and released: an attempt that surely sent nothing does not count.
    assert len([r for r in server.requests if "UpdateItem" in r.target]) == 4
    assert not any(word in logged_text(log) for word in (KEY, "ada@"))


@pytest.mark.usefixtures("small_heap")
def test_neither_key_nor_connection_is_in_the_snapshot(function: Any, server: BadServer) -> None:
    """A key that was changed since the snapshot is not tried, nor the connection of then."""
    server.behave = everything
    event = samples.event("send_email")
    assert function(event, Invocation(30)) == {"batchItemFailures": []}
    of_provider = [r for r in server.requests if r.target.startswith("POST /v3")]
    sendgrid_before = {r.connection for r in of_provider}
    before_snapshot(function.dependencies)
    end = time.monotonic() + 5
    while any(r.peer.fileno() != -1 for r in server.requests) and time.monotonic() < end:
        time.sleep(0.01)
    assert not [r.connection for r in server.requests if r.peer.fileno() != -1]
    server.requests.clear()
    after_restore(function.dependencies)
    assert server.requests == []  # the key is read when it is needed
    assert function(event, Invocation(30)) == {"batchItemFailures": []}
    assert "GetSecretValue" in calls(server)
    after = {r.connection for r in server.requests if r.target.startswith("POST /v3")}
    assert after
    assert not after & sendgrid_before


@pytest.mark.parametrize(
    ("provider", "loads", "leaves"),
    [
        ("ses", "handlers.send_email.ses", "handlers.send_email.sendgrid"),
        ("ses", "handlers.send_email.ses", "handlers.runtime.secret"),
        ("sendgrid", "handlers.send_email.sendgrid", "handlers.send_email.ses"),
    ],
)
def test_nothing_of_the_other_provider_is_loaded(provider: str, loads: str, leaves: str) -> None:
    program = (
        "import sys, handlers.send_email.handler; "
        f"print({loads!r} in sys.modules, {leaves!r} in sys.modules)"
    )
    more = {"CONFIGURATION_SET": "set"} if provider == "ses" else {}
    variables = {**VARIABLES, "SENDGRID_URL": "https://x", **more}
    done = subprocess.check_output(
        [sys.executable, "-c", program],
        env={**environment(sendgrid.Settings), **variables, "AWS_LAMBDA_FUNCTION_NAME": "x"},
        text=True,
    )
    assert done.split() == ["True", "False"]
