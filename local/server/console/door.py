"""Lets this machine's user in, and nobody else: the page shows personal data.

The address that ``app up`` prints contains a random key. The page exchanges it for a cookie that no
script can read and that no other site's request carries. Browsers send the cookie to the console's
own path only: neither the API nor a function gets it. Cookies do not depend on ports, so the
cookie's name has the port, and `origin.py` refuses the pages of all other ports.
"""

import secrets
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from local.server.console import settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PREFIX = "/_console/"
SETTINGS = Path(settings.FILE).absolute()

_CLOSED = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Local cloud</title>
<link rel="icon" href="/_console/icon.svg">
<link rel="stylesheet" href="/_console/console.css">
<main class="closed">
<h1>This page needs its key</h1>
<p>It shows what happens in your local cloud, also personal data. To open it, run:</p>
<pre>app console --open</pre>
</main>
</html>
"""
STATIC = Path(__file__).with_name("static")
ASSETS = frozenset(path.name for path in STATIC.iterdir() if path.suffix in (".css", ".js", ".svg"))
"""The page's own files. They hold no data, and need no key."""


def wants(scope: Scope) -> bool:
    """Return True if a request is for the console: below its own path, or a browser's for ``/``.

    The latter is redirected there. An SDK signs its request for ``/``, which lists the buckets.
    """
    if scope["type"] != "http" or not SETTINGS.exists():
        return False
    if scope["path"].startswith(PREFIX):
        return True
    if scope["path"] != "/" or scope["method"] not in ("GET", "HEAD"):
        return False
    headers = dict(scope["headers"])
    return (
        b"authorization" not in headers
        and b"text/html" in headers.get(b"accept", b"")
        and (not scope["query_string"] or scope["query_string"].startswith(b"key="))
    )


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that is for the console (ASGI)."""
    key, port = settings.read(SETTINGS).key, scope["server"][1]
    cookie = f"console-{port}"
    if scope["path"] == "/":
        given = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        fields = {"Location": PREFIX}  # the key stays neither in the address nor in the history
        if settings.opens(SETTINGS, given):
            fields["Set-Cookie"] = f"{cookie}={key}; Path={PREFIX}; HttpOnly; SameSite=Strict"
        await _answer(send, 303, b"", fields)
        return
    name = scope["path"].removeprefix(PREFIX)
    if not _is_open(scope, cookie, key) and name not in ASSETS:
        await _answer(send, 401, _CLOSED, {"Content-Type": "text/html; charset=utf-8"})
        return
    if scope["method"] not in ("GET", "HEAD") and not _is_own(scope):
        await _answer(send, 403, b"Only the console itself may send this.\n", {})
        return
    # Loaded by the first request, so that `app up` does not wait for it.
    from local.server.console.app import app

    await app(scope, receive, send)


def _is_open(scope: Scope, cookie: str, key: str) -> bool:
    """Return True if a request has the cookie."""
    for name, value in scope["headers"]:
        if name.lower() == b"cookie":
            try:
                found = SimpleCookie(value.decode("latin-1")).get(cookie)
            except CookieError:
                continue
            if found and secrets.compare_digest(found.value.encode(), key.encode()):
                return True
    return False


def _is_own(scope: Scope) -> bool:
    """Return True if the console's page sends a request: browsers say so of every change."""
    headers = dict(scope["headers"])
    return bool(headers.get(b"origin") == b"http://" + headers.get(b"host", b""))


async def _answer(send: Send, status: int, body: bytes, fields: dict[str, str]) -> None:
    fields = {
        **fields,
        "Content-Length": str(len(body)),
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    encoded = [(name.lower().encode(), text.encode("latin-1")) for name, text in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
