"""The time that an invocation has left, and how everything in it keeps to that.

A handler begins with ``begin(context)``. From then on the clients of ``aws.client`` make an attempt
at a call only if there is time for one, and wait for its answer no longer than there is time. So
the function gets to say how it ended: 503 to a caller, the messages that failed to a queue.

What sockets' time-outs do not bound is not bounded here either: the resolution of a name, several
addresses of it that are all dead, an answer that comes byte by byte. There Lambda's own timeout
ends the invocation.

An execution environment serves one invocation at a time, so the time left is one for the process,
threads of its own included.
"""

import math
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import HTTPClientError

CONNECT_SECONDS = 1
"""Time-out of connecting, and again of the TLS handshake behind it. Within a region both take
milliseconds; a packet that is lost costs an attempt."""

RESERVE_SECONDS = 1
"""Kept back from all calls: to answer and to log, on a fraction of a CPU."""

_LEAST_READ_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 20


class OutOfTime(HTTPClientError):
    """The invocation's time is nearly up, and the call was not made.

    As botocore's errors of calls without an answer, it is one that passes (``faults.is_passing``).
    """

    fmt = "The invocation's time is nearly up; the call was not made"


def _unbounded() -> float:
    return math.inf


_remaining_millis: Callable[[], float] = _unbounded


def begin(context: Any) -> None:
    """Keep to an invocation's time from now on.

    Args:
        context: Lambda's context object; None, outside of Lambda, sets no bound.
    """
    global _remaining_millis
    _remaining_millis = _unbounded if context is None else context.get_remaining_time_in_millis


def seconds_left() -> float:
    """Return the seconds until Lambda ends the invocation."""
    return _remaining_millis() / 1000


def sleep(seconds: float) -> None:
    """Wait, unless there were no time left for a call then.

    Raises:
        OutOfTime: at once.
    """
    if _read_seconds() - seconds < _LEAST_READ_SECONDS:
        raise OutOfTime
    time.sleep(seconds)


def bind(client: Any) -> None:
    """Make all calls of one of botocore's clients keep to the invocation's time."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"request-created.{service}", _limit)
    client.meta.events.register_first(f"needs-retry.{service}", _stop)


def _read_seconds() -> float:
    """Return the time that an answer may take, if its request is made now."""
    return seconds_left() - RESERVE_SECONDS - 2 * CONNECT_SECONDS


def _limit(request: Any, **_: Any) -> None:
    """Before each attempt: refuse it, or let it wait for its answer as long as there is time."""
    left = _read_seconds()
    if left < _LEAST_READ_SECONDS:
        raise OutOfTime
    # An override that botocore leaves to hooks: https://github.com/boto/botocore/pull/3770.
    request.context["read_timeout"] = min(request.context["client_config"].read_timeout, left)


def _stop(attempts: int, **_: Any) -> bool | None:
    """After each attempt: False ends the call with the error that it has, None leaves it to others.

    Standard retries pause up to 1, 2, 4 … seconds, which are slept through before ``_limit``.
    """
    pause = min(2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
    return False if _read_seconds() - pause < _LEAST_READ_SECONDS else None
