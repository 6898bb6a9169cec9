"""Serves a page to browse and try the API: Swagger UI, under ``/docs``.

It runs in the emulator's process and at its address, so that the page's requests to the API are
same-origin (no CORS). It requests nothing from elsewhere, and its content policy forbids that.
"""

import importlib.metadata
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

Scope = dict[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = "/docs"
DOCUMENT = Path("openapi.json").absolute()
"""In the emulator's folder, once the API is there: see ``api_document.py``."""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<div id="viewer"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</html>
"""
# By default, a server of Swagger's would check the document.
_START = """SwaggerUIBundle({
  dom_id: "#viewer", url: "/docs/openapi.json", validatorUrl: null, tryItOutEnabled: true
})
"""
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
}
_PACKAGE = importlib.metadata.distribution("flask-swagger-ui")
_PACKAGED = ("favicon-32x32.png", "swagger-ui-bundle.js", "swagger-ui.css")
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def wants(scope: Scope) -> bool:
    """Return True if a request is for the viewer. A signed one is for a bucket called ``docs``."""
    return (
        scope["type"] == "http"
        and scope["method"] in ("GET", "HEAD")
        and (scope["path"] == PATH or scope["path"].startswith(f"{PATH}/"))
        and not scope["query_string"]
        and b"authorization" not in {name.lower() for name, _ in scope["headers"]}
        and DOCUMENT.exists()
    )


async def serve(scope: Scope, send: Send) -> None:
    """Answer a request that is for the viewer (ASGI)."""
    name = scope["path"].removeprefix(PATH).removeprefix("/") or "index.html"
    content = _content(name)
    status, kind = (200, _TYPES[Path(name).suffix]) if content is not None else (404, "text/plain")
    content = b"There is no such page.\n" if content is None else content
    headers = {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(content))}
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    body = b"" if scope["method"] == "HEAD" else content
    await send({"type": "http.response.body", "body": body})


def _content(name: str) -> bytes | None:
    """Return the content of a known file, or None. No name becomes a path."""
    if name in _PACKAGED:
        # Read, not imported: importing the package loads Flask.
        return Path(str(_PACKAGE.locate_file(f"flask_swagger_ui/dist/{name}"))).read_bytes()
    if name == "openapi.json":
        return DOCUMENT.read_bytes()
    return {"index.html": _PAGE.encode(), "start.js": _START.encode()}.get(name)
