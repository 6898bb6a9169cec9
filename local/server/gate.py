"""Serves the emulator behind the API's viewer and a gate for containers.

The emulator treats a request without a signature as the root account's, and the root account may
run code on this machine. Only the user may do that, over loopback. A request over the bridge must
be signed with the temporary credentials of a role, as functions do; the emulator then checks the
signature and the role's policy. A web page of another origin may send nothing (``origin.py``).
"""

import contextlib
import json
import resource
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any

from ministack.app import app as _emulator  # type: ignore[import-untyped]

from local.server import origin, recorder, viewer, workarounds

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# As the emulator's own command does: many concurrent callers need more than the usual 1,024.
with contextlib.suppress(OSError, ValueError):
    _, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_most, _most))

workarounds.apply()
recorder.install()

_SIGNED = b"AWS4-HMAC-SHA256 Credential=ASIA"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Forward requests that are allowed, and refuse others (ASGI)."""
    problem = None if scope["type"] == "lifespan" else _refusal(scope)
    if problem is None:
        if viewer.wants(scope):
            await viewer.serve(scope, send)
        else:
            await recorder.forward(_emulator, scope, receive, send)
    elif scope["type"] == "http":
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send(
            {"type": "http.response.body", "body": json.dumps({"message": problem}).encode()}
        )
    else:
        await send({"type": "websocket.close"})


def _refusal(scope: Scope) -> str | None:
    """Return why a request is refused, or None."""
    unsigned = None if allowed(scope) else "Sign with a function's credentials."
    return origin.refusal(scope) or unsigned


def allowed(scope: Scope) -> bool:
    """Return True if a request comes over loopback, or is signed as a function's are."""
    client = scope.get("client")
    if client and ip_address(client[0]).is_loopback:
        return True
    signatures = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    return (
        scope["type"] == "http"
        and [signature.startswith(_SIGNED) for signature in signatures] == [True]
        # Not its own interface, which requires no signature, and no signature outside a header.
        and not scope["path"].startswith("/_")
        and b"x-amz-credential" not in scope.get("query_string", b"").lower()
        and b"awsaccesskeyid" not in scope.get("query_string", b"").lower()
    )
