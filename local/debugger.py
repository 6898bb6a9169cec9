"""Waits, in a worker or a container, for a debugger before each invocation.

This file is part of every worker's package, and is mounted into containers. ``live.py`` imports it
only while ``app debug`` runs, so nothing else loads debugpy.
"""

import functools
import os
from typing import Any

START = {"_local": "start the debugger"}
"""The event that makes the function listen, and does not reach the handler."""

HOST = "127.0.0.1"
HOST_VARIABLE = "_LOCAL_DEBUG_HOST"
PORT_VARIABLE = "_LOCAL_DEBUG_PORT"


def wait(event: Any) -> bool:
    """Wait until a debugger is attached; return whether the event was for the debugger only."""
    debugpy = _listen()
    if event == START:
        return True
    debugpy.wait_for_client()
    return False


@functools.cache
def _listen() -> Any:
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # or it warns of the standard library
    import debugpy

    debugpy.listen((os.environ[HOST_VARIABLE], int(os.environ[PORT_VARIABLE])))
    return debugpy
