"""Serves the emulator behind a gate that verifies every AWS signature.

The emulator treats a request without a signature as the root account's, and the root account may
run code on this machine. So the gate passes only requests that are signed with the root credentials
of this start (``credentials.py``) or with credentials that the emulator gave out: the functions'
sessions and IAM users' keys. From containers, it passes sessions only. A web page of another origin
may send nothing (``origin.py``). Providers of e-mails and GraphQL APIs have checks of their own
(``graphql/endpoint.py``).
"""

import contextlib
import json
import resource
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ministack import app as emulator  # type: ignore[import-untyped]
from ministack.core.iam_evaluator import AuthError  # type: ignore[import-untyped]
from ministack.core.router import detect_service  # type: ignore[import-untyped]

from local import credentials
from local.server import (
    debug_calls,
    function_errors,
    open_paths,
    origin,
    preflights,
    recorder,
    sendgrid,
    viewer,
    workarounds,
)
from local.server.claims import Refused, claim
from local.server.console import door
from local.server.graphql import endpoint as graphql
from local.server.identities import Identities
from local.server.signature import verify

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# As the emulator's own command does: many concurrent callers need more than the usual 1,024.
with contextlib.suppress(OSError, ValueError):
    _, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_most, _most))

workarounds.apply()
function_errors.apply()
debug_calls.apply()
preflights.install()
recorder.install()

_identities = Identities(credentials.read(Path.cwd()))


class Unsigned(Exception):
    """A request that carries no signature, and needs one."""

    def __init__(self) -> None:
        super().__init__(
            "Sign the request with the credentials of this local cloud, which are new at each "
            "app up, or use the commands of app."
        )


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Forward requests that are allowed, and refuse others (ASGI)."""
    if scope["type"] == "lifespan":
        await emulator.app(scope, receive, send)
        return
    if problem := origin.refusal(scope):
        await _refuse(scope, send, *_as_json(problem))
        return
    if door.wants(scope) and origin.is_from_this_machine(scope):
        await door.serve(scope, receive, send)
        return
    if viewer.wants(scope) and origin.is_from_this_machine(scope):
        await viewer.serve(scope, send)
        return
    if graphql.wants(scope) and origin.is_from_this_machine(scope):
        await recorder.forward(graphql.serve, scope, receive, send)
        return
    if sendgrid.wants(scope):
        await recorder.forward(sendgrid.serve, scope, receive, send)
        return
    try:
        receive = await _admit(scope, receive)
    except Unsigned as unsigned:
        await _refuse(scope, send, *_as_json(str(unsigned)))
        return
    except Refused as refused:
        await _refuse(scope, send, *_as_aws(scope, refused))
        return
    await recorder.forward(emulator.app, scope, receive, send)


async def _admit(scope: Scope, receive: Receive) -> Receive:
    """Return what the emulator reads the body from.

    Raises:
        Unsigned: the request has no signature, and needs one.
        Refused: its signature is not valid, or not enough for this.
    """
    here, path = origin.is_from_this_machine(scope), scope["path"]
    if scope["type"] == "websocket":
        if here and open_paths.API.fullmatch(path):
            return receive
        raise Refused("AccessDenied", "Only WebSocket APIs answer here.")
    if here and open_paths.is_open(scope):
        return receive
    claimed = claim(scope)
    if claimed is None:
        raise Unsigned
    receive = await verify(claimed, scope, receive, _identities.find)
    from_root = here and _identities.is_root(claimed.access_key)
    if open_paths.is_emulators_own(path) and not from_root:
        raise Refused("AccessDenied", "Only the root credentials open the emulator's own paths.")
    if not here and not claimed.is_session:
        raise Refused("AccessDenied", "From a container, sign with a function's credentials.")
    return receive


def _as_json(problem: str) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a refusal, for people and pages."""
    content = json.dumps({"message": problem}).encode()
    return 403, {"Content-Type": "application/json"}, content


def _as_aws(scope: Scope, refused: Refused) -> tuple[int, dict[str, str], bytes]:
    """Return status, headers and body of a refusal, as the service that was called words it."""
    if scope["type"] != "http":
        return 403, {}, b""
    headers = {name.decode().lower(): text.decode("latin-1") for name, text in scope["headers"]}
    service = detect_service(scope["method"], scope["path"], headers, {})
    error = AuthError(refused.code, str(refused))
    status, fields, body = emulator._credential_failure(service, "", "", error, headers)
    return status, fields, body


async def _refuse(
    scope: Scope, send: Send, status: int, fields: dict[str, str], body: bytes
) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    fields = fields | {"Content-Length": str(len(body))}
    encoded = [(name.lower().encode(), text.encode()) for name, text in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    content = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": content})
