"""Lets one call at a time into a function that ``app debug`` debugs; the others wait.

One process can listen on the debugger's port. The emulator (1.5.33) would start another one for a
call that comes while the first waits at a breakpoint, perhaps for a caller who has given up.
"""

import threading
from collections import defaultdict
from typing import Any

from ministack.services import lambda_svc  # type: ignore[import-untyped]

from local.debugger import PORT_VARIABLE, START

_dispatch = lambda_svc._execute_function_dispatch
_turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
_ENDED = {
    "errorType": "DebuggingEnded",
    "errorMessage": "Debugging ended while this call waited for its turn. Call the function again.",
}


def apply() -> None:
    """Replace the function that runs each invocation."""
    lambda_svc._execute_function_dispatch = _one_at_a_time


def _one_at_a_time(func: Any, config: Any, event: Any, *more: Any) -> Any:
    if not _has_debugger(config):
        return _dispatch(func, config, event, *more)
    turn = _turns[config["FunctionName"]]
    if not turn.acquire(blocking=event != START):
        return {"body": None}  # the debugger listens: a call waits for it already
    try:
        _, now, _ = lambda_svc._get_func_record_for_ref(config["FunctionArn"])
        if not _has_debugger(now or {}):
            return {"body": _ENDED, "error": True, "log": ""}
        return _dispatch(func, config, event, *more)
    finally:
        turn.release()


def _has_debugger(config: dict[str, Any]) -> bool:
    return PORT_VARIABLE in config.get("Environment", {}).get("Variables", {})
