"""Does what the page asks for: sends a draft, processes dead letters again."""

import base64
import binascii

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from local.server.console import drafts, failures, sending, stored
from local.server.console.answers import as_json, problem, stage_of
from local.server.console.stage import Stage

_MOST_BODY = 12_000_000


def samples(stage: Stage) -> list[drafts.Draft]:
    """Return what can be sent."""
    return drafts.samples(stage.settings, stored.schedules(stage))


async def send(request: Request) -> Response:
    """Send a draft, and return the id of the cause that it became."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MOST_BODY:
            return problem("The file is too large. Use: app upload FILE", 413)
    try:
        draft = msgspec.json.decode(body, type=drafts.Draft)
        base64.b64decode(draft.content or "", validate=True)
        return as_json({"cause": await sending.send(stage_of(request), draft)})
    except (msgspec.DecodeError, binascii.Error) as error:
        return problem(f"This cannot be sent: {error}", 400)
    except sending.NotSent as error:
        return problem(str(error), 400)


async def redrive(request: Request) -> Response:
    """Process the messages of a dead-letter queue again."""
    name = request.path_params["name"]
    return as_json(await run_in_threadpool(failures.redrive, stage_of(request), name))
