"""Lets the threads of the emulator (1.5.33), which run functions, share what they all use.

Where several invocations began at once, one of them failed by chance, and its caller got 502:

- Each start of an execution environment looks through all sessions, while others add theirs
  ("dictionary changed size during iteration").
- The Docker client keeps ten connections for each URL. It discards more, which fails if that URL's
  pool is closed at that moment ("'NoneType' object has no attribute 'qsize'").

Listing the log groups goes through all their lines, while invocations log more.
"""

import contextlib
import threading
from typing import Any

import docker
from ministack.services import cloudwatch_logs, sts  # type: ignore[import-untyped]

_ATTEMPTS = 100
_CONNECTIONS = 1_000  # as many as Lambda's default limit of concurrent executions
_describe = cloudwatch_logs._describe_log_groups
_from_env = docker.from_env
_register = sts.register_session
_turn = threading.Lock()


def apply() -> None:
    """Replace the emulator's functions."""
    cloudwatch_logs._describe_log_groups = describe_log_groups
    docker.from_env = from_env
    sts.register_session = register_session


def register_session(access_key: str, session: dict[str, Any]) -> None:
    """Store the session of an access key, one at a time."""
    with _turn:
        _register(access_key, session)


def from_env(**options: Any) -> docker.DockerClient:
    """Return a Docker client that keeps all its connections."""
    return _from_env(**{"max_pool_size": _CONNECTIONS, **options})


def describe_log_groups(request: dict[str, Any]) -> Any:
    """Answer the request, and begin again while a function logs."""
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(RuntimeError):
            return _describe(request)
    return _describe(request)
