"""Answers questions about what happened: the list of causes, one cause, calls that IAM refused."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from local.server.console import drafts, live, queries
from local.server.console.answers import as_json, problem, stage_of
from local.server.console.rows import row
from local.server.console.stage import Stage
from ops.events.model import Cause


async def several(request: Request) -> Response:
    """Return the rows of causes, the newest first; with ``whole`` the causes themselves."""
    stage, wanted = stage_of(request), queries.read(request, queries.Which)

    def found() -> list[Any]:
        causes = stage.history.causes(
            limit=wanted.limit,
            before=wanted.before,
            function=wanted.function,
            outcome=wanted.outcome,
            text=wanted.text,
            since=wanted.since,
        )
        root = stage.settings.root
        return list(causes) if wanted.whole else [row(cause, root) for cause in causes]

    return as_json(await run_in_threadpool(found))


async def one(request: Request) -> Response:
    """Return a cause with its row, what sends it again, and the uploads that it allowed."""
    stage, wanted = stage_of(request), queries.read(request, queries.One)
    cause = await run_in_threadpool(stage.history.cause, request.path_params["id"])
    if cause is None:
        return problem("There is no such cause. It was cleared, or is too old.", 404)
    if wanted.whole:
        return as_json(cause)
    settings = stage.settings
    return as_json(
        {
            "row": row(cause, settings.root),
            "cause": cause,
            "again": drafts.again(cause, settings),
            "related": await run_in_threadpool(_related, stage, cause),
            "root": settings.root,
        }
    )


def _related(stage: Stage, cause: Cause) -> list[dict[str, str]]:
    """Return the request that allowed an upload, or the uploads that a request allowed."""
    history = stage.history
    if cause.signed_by:
        request = history.cause(cause.signed_by)
        return [{"how": "Allowed by", "id": request.id, "title": request.title}] if request else []
    if cause.kind != "request":
        return []
    return [
        {"how": "Led to", "id": upload.id, "title": upload.title}
        for upload in history.causes(text=cause.id)
        if upload.signed_by == cause.id
    ]


async def changing(request: Request) -> Response:
    """Return events for as long as the page is open."""
    after = queries.read(request, queries.Since).after
    return StreamingResponse(
        live.events(stage_of(request), request, after), media_type="text/event-stream"
    )


async def clear(request: Request) -> Response:
    """Remove all causes."""
    await run_in_threadpool(stage_of(request).history.clear)
    return as_json({})


def denied(stage: Stage) -> list[dict[str, Any]]:
    """Return the calls that IAM refused, each with its cause."""
    return [
        {
            "cause": cause.id,
            "title": cause.title,
            "time": call.time,
            "function": run.function,
            "denied": call.denied,
            "hint": call.hint,
        }
        for cause in stage.history.causes(outcome="denied", limit=queries.MOST_ROWS)
        for run in cause.invocations
        for call in run.calls
        if call.denied
    ]
