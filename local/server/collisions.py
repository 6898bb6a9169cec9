"""Lets the threads of the emulator (1.5.33), which run functions, share its dictionaries.

It goes through some of them while other threads add to them, which fails by chance ("dictionary
changed size during iteration"):

- Each start of an execution environment looks through all sessions. Where several environments
  started at once, an invocation failed, and its caller got 502.
- A list of the log groups adds up all lines, while invocations log more.
"""

import contextlib
import threading
from typing import Any

from ministack.services import cloudwatch_logs, sts  # type: ignore[import-untyped]

_ATTEMPTS = 100
_describe = cloudwatch_logs._describe_log_groups
_register = sts.register_session
_turn = threading.Lock()


def apply() -> None:
    """Replace the emulator's functions."""
    cloudwatch_logs._describe_log_groups = describe_log_groups
    sts.register_session = register_session


def register_session(access_key: str, session: dict[str, Any]) -> None:
    """Store the session of an access key, one at a time."""
    with _turn:
        _register(access_key, session)


def describe_log_groups(request: dict[str, Any]) -> Any:
    """Answer the request, and begin again while a function logs."""
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(RuntimeError):
            return _describe(request)
    return _describe(request)
