"""Makes the console's answers: JSON, and what users sent, which must not run scripts."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local.server.console import queries
from local.server.console.stage import Stage

Endpoint = Callable[[Request], Awaitable[Response]]

_FOREIGN = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""The policy for what users sent: it runs no script, and loads nothing from elsewhere."""


def stage_of(request: Request) -> Stage:
    """Return the local cloud that a request is about."""
    stage: Stage = request.app.state.stage
    return stage


def as_json(value: Any, status: int = 200) -> Response:
    """Return a value as JSON."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def problem(text: str, status: int) -> Response:
    """Return what is wrong, for the page to show."""
    return as_json({"message": text.encode(errors="replace").decode()}, status)


def foreign(content: bytes, type_: str, *, save: bool = False) -> Response:
    """Return what a user sent."""
    headers = {"content-security-policy": _FOREIGN, "content-type": type_}
    if save:
        headers["content-disposition"] = "attachment"
    return Response(content, headers=headers)


def reading(read: Callable[[Stage], Any]) -> Endpoint:
    """Return an endpoint that answers what is stored."""

    async def endpoint(request: Request) -> Response:
        queries.read(request, queries.Nothing)
        return as_json(await run_in_threadpool(read, stage_of(request)))

    return endpoint
