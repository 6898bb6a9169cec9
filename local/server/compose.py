"""Serves the emulator of ``docker-compose.yml`` to this machine and to its functions only.

It runs in the emulator's image, so it uses the standard library and the emulator. The root
account's credentials are known (``test`` and ``test``), so no web page may send anything. Functions
call the emulator by a name that a stranger's network could resolve for DNS rebinding: under that
name, requests must be signed with a function's session.
"""

import json
from typing import Any

from ministack import app as emulator  # type: ignore[import-untyped]

from local.credentials import Credentials
from local.server import origin
from local.server.claims import Refused, claim
from local.server.identities import Identities
from local.server.signature import verify

_FUNCTIONS_HOST = b"aws:4566"
_identities = Identities(Credentials("test", "test"))


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Forward requests that are allowed, and refuse others (ASGI)."""
    try:
        if scope["type"] != "lifespan":
            receive = await _admit(scope, receive)
    except Refused as refused:
        await _refuse(scope, send, str(refused))
        return
    await emulator.app(scope, receive, send)


async def _admit(scope: dict[str, Any], receive: Any) -> Any:
    """Return what the emulator reads the body from.

    Raises:
        Refused: neither this machine nor a function sent the request.
    """
    if [text for name, text in scope["headers"] if name == b"host"] != [_FUNCTIONS_HOST]:
        # Docker publishes the port on loopback; the address in `server` is the container's.
        if problem := origin.refusal({**scope, "server": ("127.0.0.1", None)}):
            raise Refused("AccessDenied", problem)
        return receive
    claimed = claim(scope)
    if claimed is None or not claimed.is_session:
        raise Refused("AccessDenied", "From a container, sign with a function's credentials.")
    return await verify(claimed, scope, receive, _identities.find)


async def _refuse(scope: dict[str, Any], send: Any, problem: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    body = json.dumps({"message": problem}).encode()
    await send({"type": "http.response.body", "body": body})
