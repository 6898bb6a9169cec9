"""The invocation's deadline, which all calls to AWS respect.

An invocation begins with ``begin(context)``. From then on the clients of ``aws.client`` attempt a
call only if there is time for it, and wait for the answer only as long as there is time. So the
function can always report how it ended: by a 503 to a caller, by the failed messages to a queue.

Time that no socket timeout limits is not limited here either: the resolution of a name, several
dead addresses of one name, an answer that arrives byte by byte. There Lambda's own timeout ends the
invocation.

An execution environment serves one invocation at a time, so one deadline holds for the process and
all its threads.
"""

import math
import random
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import HTTPClientError

CONNECT_SECONDS = 1
"""Timeout of connecting, and again of the TLS handshake. Within a region both take milliseconds; a
lost packet costs an attempt."""

RESERVE_SECONDS = 1
"""Time that calls may not use: the function needs it to answer and log, on a fraction of a CPU."""

_LEAST_READ_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 20


class OutOfTime(HTTPClientError):
    """The invocation's time is nearly up, and the call was not made.

    Like botocore's errors of calls without an answer, it is temporary (``faults.is_temporary``).
    """

    fmt = "The invocation's time is nearly up; the call was not made"


def _unbounded() -> float:
    return math.inf


_remaining_millis: Callable[[], float] = _unbounded


def begin(context: Any) -> None:
    """Set the deadline to that of an invocation.

    Args:
        context: Lambda's context object; None, outside of Lambda, sets no deadline.
    """
    global _remaining_millis
    _remaining_millis = _unbounded if context is None else context.get_remaining_time_in_millis


def seconds_left() -> float:
    """Return the seconds until Lambda ends the invocation."""
    return _remaining_millis() / 1000


def sleep(seconds: float) -> None:
    """Wait, if there is still time for a call afterwards.

    Raises:
        OutOfTime: there is not; raised at once.
    """
    if _read_seconds() - seconds < _LEAST_READ_SECONDS:
        raise OutOfTime
    time.sleep(seconds)


def jittered(pause: float) -> float:
    """Return a random time of half a pause to all of it, so that not all try again at once."""
    return random.uniform(pause / 2, pause)  # noqa: S311 - no secret


def answer_seconds(longest: float, *, connecting: float = 0) -> float:
    """Return how long a call without an AWS client may wait for its answer.

    Args:
        longest: seconds to wait at most.
        connecting: seconds that connecting may take before.

    Raises:
        OutOfTime: there is no time for the call.
    """
    left = seconds_left() - RESERVE_SECONDS - connecting
    if left < _LEAST_READ_SECONDS:
        raise OutOfTime
    return min(longest, left)


def bind(client: Any) -> None:
    """Make all calls of one of botocore's clients keep the deadline."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first(f"request-created.{service}", _limit)
    client.meta.events.register_first(f"needs-retry.{service}", _stop)


def _read_seconds() -> float:
    """Return the time that an answer may take if the request is made now."""
    return seconds_left() - RESERVE_SECONDS - 2 * CONNECT_SECONDS


def _limit(request: Any, **_: Any) -> None:
    """Refuse an attempt, or limit the wait for its answer; called before each attempt."""
    left = _read_seconds()
    if left < _LEAST_READ_SECONDS:
        raise OutOfTime
    # botocore lets hooks override the timeout: https://github.com/boto/botocore/pull/3770.
    request.context["read_timeout"] = min(request.context["client_config"].read_timeout, left)


def _stop(attempts: int, **_: Any) -> bool | None:
    """Stop the retries of a call that has no time left; called after each attempt.

    Standard retries pause up to 1, 2, 4 … seconds, and sleep before ``_limit`` is called.

    Returns:
        False to end the call with its present error, None to leave the decision to other hooks.
    """
    pause = min(2 ** (attempts - 1), _LONGEST_PAUSE_SECONDS)
    return False if _read_seconds() - pause < _LEAST_READ_SECONDS else None
