"""The console's pages and data, behind the door (``door.py``)."""

from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.errors import LocalError
from local.server.console import actions, causes, contents, explorer, failures, functions, stored
from local.server.console.answers import problem, reading
from local.server.console.door import ASSETS, PREFIX, STATIC
from local.server.console.stage import Stage

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURE = {
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def _page(_: Request) -> Response:
    content = (STATIC / "index.html").read_bytes()
    headers = {"content-security-policy": _PAGE, "content-type": _TYPES[".html"]}
    return Response(content, headers=headers)


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        return problem("There is no such page.", 404)
    headers = {"content-type": _TYPES[Path(name).suffix]}
    return Response((STATIC / name).read_bytes(), headers=headers)


async def _wrong(_: Request, error: Exception) -> Response:
    return problem(str(error), 400)


async def _refused_by_aws(_: Request, error: Exception) -> Response:
    return problem(str(error), 502)


def routes(stage: Stage) -> Starlette:
    """Return the pages of a local cloud."""
    app = Starlette(
        routes=[
            Route(PREFIX, _page),
            Route(f"{PREFIX}causes", causes.several),
            Route(f"{PREFIX}causes/{{id}}", causes.one),
            Route(f"{PREFIX}live", causes.changing),
            Route(f"{PREFIX}clear", causes.clear, methods=["POST"]),
            Route(f"{PREFIX}denied", reading(causes.denied)),
            Route(f"{PREFIX}samples", reading(actions.samples)),
            Route(f"{PREFIX}send", actions.send, methods=["POST"]),
            Route(f"{PREFIX}redrive/{{name}}", actions.redrive, methods=["POST"]),
            Route(f"{PREFIX}failures", reading(failures.failures)),
            Route(f"{PREFIX}functions", reading(functions.functions)),
            Route(f"{PREFIX}queues", reading(stored.queues)),
            Route(f"{PREFIX}tables", reading(stored.tables)),
            Route(f"{PREFIX}files", reading(stored.files)),
            Route(f"{PREFIX}schedules", reading(stored.schedules)),
            Route(f"{PREFIX}mail", reading(stored.mails)),
            Route(f"{PREFIX}mail/{{id:path}}/{{part}}", contents.mail),
            Route(f"{PREFIX}file", contents.file),
            Route(f"{PREFIX}picture.svg", contents.architecture),
            *explorer.ROUTES,
            Route(f"{PREFIX}{{name}}", _asset),
        ],
        exception_handlers={
            ValueError: _wrong,
            LocalError: _wrong,
            BotoCoreError: _refused_by_aws,
            ClientError: _refused_by_aws,
        },
    )
    app.state.stage = stage
    return app


_routes = routes(Stage())


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request (ASGI), with headers that keep other pages away."""

    async def secured(message: Any) -> None:
        if message["type"] == "http.response.start":
            named = {name for name, _ in message["headers"]}
            message["headers"] += [
                (name.encode(), value.encode())
                for name, value in _SECURE.items()
                if name.encode() not in named
            ]
        await send(message)

    await _routes(scope, receive, secured)
