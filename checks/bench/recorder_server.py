"""Serves a local cloud whose recorder the benchmark turns on and off.

The server is given this file's path, in place of that of ``local/server/start.py``.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

if sys.path[0] == str(Path(__file__).parent):
    sys.path.pop(0)  # added by the server
sys.path.append(str(Path(__file__).parents[2]))

from local.server import recorder
from local.server.start import app as gate

PATH = "/_bench/recorder/"
_stack_is_up, _work = recorder._stack_is_up, recorder._work
_writing = 0.0
"""Seconds of the processor in the recorder's own thread, which no request waits for."""


def _timed_work(*given: Any) -> None:
    global _writing
    begun = time.thread_time()
    _work(*given)
    _writing += time.thread_time() - begun


recorder._work = _timed_work  # type: ignore[assignment]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Turn the recorder on or off, and tell its processor time so far; forward all else (ASGI)."""
    if not scope.get("path", "").startswith(PATH):
        await gate(scope, receive, send)
        return
    while recorder._facts.qsize():
        await asyncio.sleep(0.01)
    await asyncio.sleep(2 * recorder._PAUSE_SECONDS)  # what was taken is then written
    if scope["path"] == f"{PATH}on":
        recorder._stack_is_up = _stack_is_up
    else:
        recorder._stack_is_up = lambda: False
        recorder._recording.clear()
    body = json.dumps([time.process_time(), _writing]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
