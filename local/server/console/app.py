"""The console's pages and data, behind the door (``door.py``)."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from local.errors import LocalError
from local.server.console import drafts, failures, functions, live, picture, sending, stored
from local.server.console.door import ASSETS, STATIC
from local.server.console.rows import row
from local.server.console.stage import Stage
from ops.events.model import Outcome

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
_FOREIGN = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""For what users sent: it runs no script, and loads nothing from elsewhere."""

_SHOWN = {
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/svg+xml",
    "text/html", "application/json",
}  # fmt: skip
"""Types of files that the page shows as they are; all others are shown as text, or saved."""

_MOST_ROWS = 200
_MOST_BODY = 12_000_000

_stage = Stage()


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")


async def _page(_: Request) -> Response:
    content = (STATIC / "index.html").read_bytes()
    headers = {"content-security-policy": _PAGE, "content-type": _TYPES[".html"]}
    return Response(content, headers=headers)


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        return _json({"message": "There is no such page."}, 404)
    headers = {"content-type": _TYPES[Path(name).suffix]}
    return Response((STATIC / name).read_bytes(), headers=headers)


async def _causes(request: Request) -> Response:
    given = request.query_params
    since = given.get("since")

    def found() -> list[Any]:
        causes = _stage.history.causes(
            limit=min(int(given.get("limit", "100")), _MOST_ROWS),
            before=given.get("before"),
            function=given.get("function") or None,
            outcome=_outcome(given.get("outcome")),
            text=given.get("text") or None,
            since=float(since) if since else None,
        )
        if "whole" in given:
            return list(causes)
        root = _stage.settings.root
        return [row(cause, root) for cause in causes]

    return _json(await run_in_threadpool(found))


async def _cause(request: Request) -> Response:
    cause = await run_in_threadpool(_stage.history.cause, request.path_params["id"])
    if cause is None:
        return _json({"message": "There is no such cause. It was cleared, or is too old."}, 404)
    if "whole" in request.query_params:
        return _json(cause)
    settings = _stage.settings
    return _json(
        {
            "row": row(cause, settings.root),
            "cause": cause,
            "again": drafts.again(cause, settings),
            "root": settings.root,
        }
    )


async def _live(request: Request) -> Response:
    return StreamingResponse(live.events(_stage, request), media_type="text/event-stream")


async def _clear(_: Request) -> Response:
    await run_in_threadpool(_stage.history.clear)
    return _json({})


async def _samples(_: Request) -> Response:
    def found() -> list[drafts.Draft]:
        return drafts.samples(_stage.settings, stored.schedules(_stage))

    return _json(await run_in_threadpool(found))


async def _send(request: Request) -> Response:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BODY:
            return _json({"message": "The file is too large. Use: app upload FILE"}, 413)
    try:
        draft = msgspec.json.decode(body, type=drafts.Draft)
        base64.b64decode(draft.content or "", validate=True)
        return _json({"cause": await sending.send(_stage, draft)})
    except (msgspec.DecodeError, binascii.Error) as error:
        return _json({"message": f"This cannot be sent: {error}"}, 400)
    except sending.NotSent as error:
        return _json({"message": str(error)}, 400)


async def _redrive(request: Request) -> Response:
    try:
        return _json(await run_in_threadpool(failures.redrive, _stage, request.path_params["name"]))
    except LocalError as error:
        return _json({"message": str(error)}, 400)


async def _denied(_: Request) -> Response:
    def found() -> list[dict[str, Any]]:
        return [
            {
                "cause": cause.id,
                "title": cause.title,
                "time": call.time,
                "function": run.function,
                "denied": call.denied,
            }
            for cause in _stage.history.causes(outcome="denied", limit=_MOST_ROWS)
            for run in cause.invocations
            for call in run.calls
            if call.denied
        ]

    return _json(await run_in_threadpool(found))


def _of(read: Callable[[Stage], Any]) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that answers what is stored."""

    async def endpoint(_: Request) -> Response:
        return _json(await run_in_threadpool(read, _stage))

    return endpoint


async def _mail(request: Request) -> Response:
    parts = await run_in_threadpool(stored.mail_parts, _stage, request.path_params["id"])
    if parts is None:
        return _json({"message": "There is no such e-mail."}, 404)
    if request.path_params["part"] == "text":
        return _json({"text": parts[0], "html": bool(parts[1])})
    return _foreign(parts[1].encode(), "text/html; charset=utf-8")


async def _file(request: Request) -> Response:
    key = request.query_params.get("key", "")
    found = await run_in_threadpool(stored.file, _stage, key)
    if found is None:
        return _json({"message": "There is no such file."}, 404)
    content, type_ = found
    if type_.partition(";")[0] in _SHOWN and "save" not in request.query_params:
        return _foreign(content, type_)
    if "save" in request.query_params:
        return _foreign(content, "application/octet-stream", save=True)
    return _foreign(content, "text/plain; charset=utf-8")


def _foreign(content: bytes, type_: str, *, save: bool = False) -> Response:
    headers = {"content-security-policy": _FOREIGN, "content-type": type_}
    if save:
        headers["content-disposition"] = "attachment"
    return Response(content, headers=headers)


async def _picture(_: Request) -> Response:
    try:
        svg = await run_in_threadpool(picture.svg, _stage)
    except picture.NoPicture as error:
        return _json({"message": str(error)}, 400)
    return Response(
        svg,
        headers={
            "content-type": "image/svg+xml",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )


def _outcome(text: str | None) -> Outcome | None:
    return msgspec.convert(text, Outcome) if text else None


async def _wrong(_: Request, error: Exception) -> Response:
    return _json({"message": str(error)}, 400)


_SECURE = {
    "cache-control": "no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

_routes = Starlette(
    routes=[
        Route("/", _page),
        Route("/_console/causes", _causes),
        Route("/_console/causes/{id}", _cause),
        Route("/_console/live", _live),
        Route("/_console/clear", _clear, methods=["POST"]),
        Route("/_console/samples", _samples),
        Route("/_console/send", _send, methods=["POST"]),
        Route("/_console/failures", _of(failures.failures)),
        Route("/_console/redrive/{name}", _redrive, methods=["POST"]),
        Route("/_console/denied", _denied),
        Route("/_console/mail", _of(stored.mails)),
        Route("/_console/mail/{id:path}/{part}", _mail),
        Route("/_console/queues", _of(stored.queues)),
        Route("/_console/tables", _of(stored.tables)),
        Route("/_console/files", _of(stored.files)),
        Route("/_console/file", _file),
        Route("/_console/schedules", _of(stored.schedules)),
        Route("/_console/picture.svg", _picture),
        Route("/_console/functions", _of(functions.functions)),
        Route("/_console/{name}", _asset),
    ],
    exception_handlers={ValueError: _wrong, LocalError: _wrong},
)


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
