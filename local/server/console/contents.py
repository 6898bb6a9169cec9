"""Returns stored content unchanged: e-mails, files, and the picture of the architecture."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local.server.console import picture, queries, stored
from local.server.console.answers import as_json, foreign, problem, stage_of

_SHOWN = {
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/svg+xml",
    "text/html", "application/json",
}  # fmt: skip
"""Types of files that the page shows as they are; all others are shown as text, or saved."""


async def mail(request: Request) -> Response:
    """Return the text or the HTML of an e-mail."""
    parts = await run_in_threadpool(stored.mail_parts, stage_of(request), request.path_params["id"])
    if parts is None:
        return problem("There is no such e-mail.", 404)
    if request.path_params["part"] == "text":
        return as_json({"text": parts[0], "html": bool(parts[1])})
    return foreign(parts[1].encode(), "text/html; charset=utf-8")


async def file(request: Request) -> Response:
    """Return a file, to show it or to save it."""
    wanted = queries.read(request, queries.StoredFile)
    found = await run_in_threadpool(stored.file, stage_of(request), wanted.key)
    if found is None:
        return problem("There is no such file.", 404)
    content, type_ = found
    if wanted.save:
        return foreign(content, "application/octet-stream", save=True)
    shown = type_.partition(";")[0] in _SHOWN
    return foreign(content, type_ if shown else "text/plain; charset=utf-8")


async def architecture(request: Request) -> Response:
    """Return the picture as SVG."""
    queries.read(request, queries.Picture)
    try:
        svg = await run_in_threadpool(picture.svg, stage_of(request))
    except picture.NoPicture as error:
        return problem(str(error), 400)
    return Response(
        svg,
        headers={
            "content-type": "image/svg+xml",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )
