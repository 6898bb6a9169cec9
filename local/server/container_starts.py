"""Gives a container time to start, beside the time that its function has for an event."""

from collections.abc import Callable
from typing import Any

# Lambda's own limit is 10 s; a laptop that starts many containers at once needs longer.
_SECONDS = 60

Invoke = Callable[..., dict[str, Any]]


def with_time_to_start(invoke: Invoke) -> Invoke:
    """Return a function that waits longer for the first answer of each container.

    The emulator (1.5.33) ends a call after the function's time-out, of which the start is part. In
    AWS it is not, and the runtime interface emulator in the container ends a function that takes
    too long. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    started: set[str] = set()

    def patient(
        container: Any, event: Any, timeout: int, *given: Any, **more: Any
    ) -> dict[str, Any]:
        if container.id not in started:
            started.add(container.id)
            timeout += _SECONDS
        return invoke(container, event, timeout, *given, **more)

    return patient
