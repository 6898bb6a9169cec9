"""Waits for the end of a container's log."""

import time
from collections.abc import Callable
from typing import Any

_LAST_LINE = "REPORT RequestId: "
_SECONDS = 1

Invoke = Callable[..., dict[str, Any]]


def with_whole_log(invoke: Invoke) -> Invoke:
    """Return a function that invokes in a container, and returns everything that was logged.

    Docker receives a container's last lines a moment after the answer. The emulator (1.5.33) reads
    the log at once, and never again.
    """

    def whole(container: Any, *given: Any, **more: Any) -> dict[str, Any]:
        started = time.time()
        result = invoke(container, *given, **more)
        if result.get("timeout") or "log_source" not in result:  # it was ended, and logs no more
            return result
        deadline = time.monotonic() + _SECONDS
        while _LAST_LINE not in result["log"] and time.monotonic() < deadline:
            time.sleep(0.01)
            log = container.logs(stdout=True, stderr=True, since=started)
            result["log"] = log.decode(errors="replace").strip()
        return result

    return whole
