"""Serves the emulator behind the API's viewer and a gate for containers.

The emulator treats a request without a signature as the root account's, and the root account may
run code on this machine. Only the user may do that, over loopback. A request over the bridge must
be signed with the temporary credentials of a role, as functions do; the emulator then checks the
signature and the role's policy. A web page of another origin may send nothing (``origin.py``).
The server loads this file by its path, in the emulator's process, so it imports nothing of this
project.
"""

import contextlib
import json
import resource
import sys
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from pathlib import Path
from runpy import run_path
from typing import Any

if sys.path[0] == str(Path(__file__).parent):
    sys.path.pop(0)  # added by the server; the emulator must not import these modules

from ministack.app import app as _emulator  # type: ignore[import-untyped]
from ministack.services import apigateway_v1 as _gateway  # type: ignore[import-untyped]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

# As the emulator's own command does: many concurrent callers need more than the usual 1,024.
with contextlib.suppress(OSError, ValueError):
    _, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_most, _most))

_event = _gateway._build_lambda_event_v1


def _event_with_key(*given: Any, **more: Any) -> dict[str, Any]:
    """Return a proxy event with the id of the caller's API key, which the emulator (1.5.33) omits.

    AWS passes it to a method that requires a key:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    event: dict[str, Any] = _event(*given, **more)
    methods, method, headers = given[3].get("resourceMethods", {}), given[5], given[6]
    if (methods.get(method) or methods.get("ANY") or {}).get("apiKeyRequired"):
        key = _gateway._resolve_api_key(_gateway._api_key_from_request(headers))
        event["requestContext"]["identity"]["apiKeyId"] = key and key["id"]
    return event


_gateway._build_lambda_event_v1 = _event_with_key

_VIEWER = run_path(str(Path(__file__).with_name("viewer.py")))
_ORIGIN = run_path(str(Path(__file__).with_name("origin.py")))
_SIGNED = b"AWS4-HMAC-SHA256 Credential=ASIA"


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Forward requests that are allowed, and refuse others (ASGI)."""
    problem = None if scope["type"] == "lifespan" else _refusal(scope)
    if problem is None:
        if _VIEWER["wants"](scope):
            await _VIEWER["serve"](scope, send)
        else:
            await _emulator(scope, receive, send)
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
    problem: str | None = _ORIGIN["refusal"](scope)
    return problem or (None if allowed(scope) else "Sign with a function's credentials.")


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
