"""Watches the requests that reach the emulator, and reports those that matter to the recorder.

These are the API's requests, the functions' calls to AWS, and what a person puts where a trigger
finds it. No request has to wait: the tap copies what passes through it, up to a limit.
"""

import itertools
import re
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from local.history.facts import Exchange, Origin
from local.history.forms import is_form
from local.history.payload import MOST_BYTES
from local.sendgrid import PREFIX
from local.server.harmless import harmless

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

current: ContextVar[Origin | None] = ContextVar("recorded_request", default=None)
"""The request that is answered, or the schedule that fired. The emulator's threads inherit it."""

_API = "/_aws/execute-api/"
_GRAPHQL = re.compile(r"/v1/apis/[0-9a-z]+/graphql")
_CONNECTIONS = "/@connections/"
"""In the path of a call that sends to a client of a WebSocket API."""

_INVOCATIONS = "/invocations"
_TRACE = re.compile(rb"Root=1-([0-9a-f]{8})-([0-9a-f]{24})")
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems",
           "SendMessage", "SendMessageBatch")  # fmt: skip
_KEPT = {
    b"x-amz-target", b"content-type", b"authorization", b"x-amz-copy-source", b"x-amzn-errortype",
    b"x-amzn-requestid",
}  # fmt: skip
_numbers = itertools.count(1)
_START = f"{time.time_ns():x}"


class Tap:
    """Forwards requests to the emulator, and reports each when it is over."""

    def __init__(self, report: Callable[[Exchange], None]) -> None:
        self._report = report
        self.containers: dict[str, str] = {}
        """By a container's address, the invocation that runs in it."""

    async def forward(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the emulator, and report it if it matters."""
        origin = None
        with harmless():
            origin = self._origin(scope)
        if origin is None:
            return await app(scope, receive, send)
        exchange = Exchange(origin, scope["method"], scope["path"])
        token = current.set(origin)
        try:
            await app(scope, _copy_request(exchange, receive), _copy_answer(exchange, send))
        finally:
            current.reset(token)
            with harmless():
                exchange.ended = time.time()
                exchange.query = scope.get("query_string", b"").decode("latin-1")
                exchange.headers = _headers(scope["headers"], whole=origin.api)
                self._report(exchange)
        return None

    def _origin(self, scope: Scope) -> Origin | None:
        """Return the origin of a request that matters; None for all others."""
        if scope["type"] != "http":
            return None
        path = scope["path"]
        sends = path.startswith(_API) and _CONNECTIONS in path
        if (path.startswith(_API) and not sends) or _GRAPHQL.fullmatch(path):
            return None if scope["method"] == "OPTIONS" else new_origin(api=True)
        if path.startswith("/_") and not (sends or path.startswith(PREFIX)):
            return None
        target = trace = content_type = b""
        for name, value in scope["headers"]:
            if name == b"x-amzn-trace-id":
                trace = value
            elif name == b"x-amz-target":
                target = value
            elif name == b"content-type":
                content_type = value
        client = scope.get("client")
        run = _run_of(trace) or (self.containers.get(client[0]) if client else None)
        leads = not sends and _may_lead_to_something(scope["method"], path, target, content_type)
        if run or leads:
            return new_origin(run=run, invoke=path.endswith(_INVOCATIONS))
        return None


def trace_of(run: str) -> str:
    """Return the trace id that leads back to an invocation, by its request id.

    botocore sends it with every call:
    https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
    """
    digits = run.replace("-", "")
    return f"Root=1-{digits[:8]}-{digits[8:]};Parent={digits[:16]};Sampled=0"


def _run_of(trace: bytes) -> str | None:
    found = _TRACE.match(trace)
    if found is None:
        return None
    d = (found[1] + found[2]).decode()
    return f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}"


def new_origin(
    *, run: str | None = None, api: bool = False, invoke: bool = False, schedule: str | None = None
) -> Origin:
    """Return an origin of this moment, with a key of its own."""
    key = f"{_START}-{next(_numbers)}"
    return Origin(key, time.time(), run, api, invoke, schedule=schedule)


def _may_lead_to_something(method: str, path: str, target: bytes, content_type: bytes) -> bool:
    """Return True for a write of an item, a message or a file, and for an invocation."""
    if target:
        return target.rpartition(b".")[2].decode("latin-1") in _WRITES
    if method == "POST":
        form = is_form(content_type.decode("latin-1"))
        return form or path.endswith(_INVOCATIONS) or _is_object(path)
    return method == "PUT" and _is_object(path)


def _is_object(path: str) -> bool:
    return path.count("/") > 1 and not path.startswith(("/20", "/v2/"))


def _copy_request(exchange: Exchange, receive: Receive) -> Receive:
    async def copied() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            body = message.get("body", b"")
            exchange.size += len(body)
            exchange.body += body[: MOST_BYTES - len(exchange.body)]
        return message

    return copied


def _copy_answer(exchange: Exchange, send: Send) -> Send:
    async def copied(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            exchange.answer_headers = _headers(
                message.get("headers", ()), whole=exchange.origin.api
            )
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            exchange.answer_size += len(body)
            exchange.answer += body[: MOST_BYTES - len(exchange.answer)]
        await send(message)

    return copied


def _headers(headers: Any, *, whole: bool) -> dict[str, str]:
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in headers
        if whole or name.lower() in _KEPT
    }
