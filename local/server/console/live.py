"""Sends an open page what happens, by server-sent events. Nothing runs while no page is open."""

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from local.server.console.rows import row
from local.server.console.stage import Stage

_PAUSE_SECONDS = 0.4
"""Pause between two checks, even if much happens, so that requests do not have to wait."""

_MOST_ROWS = 50
"""Most rows in one event. If more changed, the page asks for the newest ones instead."""

_COMMENT_SECONDS = 15
_MOST_DIGITS = 18
LONGEST_SECONDS = 300
"""Time after which a page connects again, so that no connection outlives its page for long."""


async def events(stage: Stage, request: Request, after: int | None) -> AsyncIterator[bytes]:
    """Yield the rows of causes that change after an event: the last one that the page got, or now.

    A browser names the last one when it connects again.
    """
    last = request.headers.get("last-event-id", "")
    if last.isascii() and last.isdecimal() and len(last) < _MOST_DIGITS:
        after = int(last)
    elif after is None:
        after = stage.history.sequence()
    root = stage.settings.root
    began = spoke = time.monotonic()
    yield b"retry: 500\n\n"
    while time.monotonic() - began < LONGEST_SECONDS and not await request.is_disconnected():
        changes = await run_in_threadpool(stage.history.changes, after, limit=_MOST_ROWS)
        if changes.causes or changes.cleared:
            missed = len(changes.causes) == _MOST_ROWS
            rows = [] if missed else [row(cause, root) for cause in changes.causes]
            data = msgspec.json.encode({"renewed": changes.cleared or missed, "rows": rows})
            after = stage.history.sequence() if missed else changes.sequence
            spoke = time.monotonic()
            yield b"id: %d\ndata: %s\n\n" % (after, data)
        elif time.monotonic() - spoke > _COMMENT_SECONDS:
            spoke = time.monotonic()
            yield b": still here\n\n"
        await asyncio.sleep(_PAUSE_SECONDS)
