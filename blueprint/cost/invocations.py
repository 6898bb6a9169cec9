"""What a month of invocations asks of the functions: their time, and how they are started."""

from collections.abc import Iterator, Mapping

from blueprint.cost.usage import HOURS, Usage
from blueprint.recording import Recorded, Recorder

DURATION_MS = {
    "create-user": 25,
    "get-user": 10,
    "queue-welcome": 25,
    "send-email": 100,
    "process-upload": 1_500,
    "cleanup-expired": 500,
    "daily-report": 1_000,
}
"""What one invocation takes, assumed: a warm one, most of it waiting for AWS."""

OTHER_DURATION_MS = 100
"""The same for functions that are not in the list."""

COLD_STARTS = 0.01
"""The share of invocations that begin in a new environment."""

SNAPSHOTS = 2
"""Versions of a function that are not deleted, each with its snapshot: this one and the last."""

_FREE_TMP_MB = 512
_MONTH_SECONDS = HOURS * 3_600


def running(recorder: Recorder, invocations: Mapping[str, float]) -> Iterator[Usage]:
    """Yield what all functions are charged for.

    Args:
        recorder: has what the program declares: memory, architecture, how functions start.
        invocations: in a month, by function.
    """
    waiting = {
        config.inputs["functionName"]: config.inputs["provisionedConcurrentExecutions"]
        for config in recorder.all(
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
        )
    }
    for function in recorder.all("aws:lambda/function:Function"):
        name, times = function.name, invocations[function.name]
        yield Usage("lambda", "request", times, f"{name}: invocations")
        yield from _time(function, times, waiting.get(name, 0))
        if function.inputs.get("snapStart"):
            gb = _gb(function)
            kept = SNAPSHOTS * gb * _MONTH_SECONDS
            yield Usage("lambda", "snapshot_gb_second", kept, f"{name}: snapshots kept")
            yield Usage("lambda", "restored_gb", times * COLD_STARTS * gb, f"{name}: restored")


def _time(function: Recorded, times: float, waiting: int) -> Iterator[Usage]:
    """Yield the time of invocations: of environments that wait all of it, if there are any."""
    (architecture,) = function.inputs["architectures"]
    name, gb = function.name, _gb(function)
    seconds = times * DURATION_MS.get(name, OTHER_DURATION_MS) / 1_000
    price = f"{'waited_' if waiting else ''}gb_second_{architecture}"
    yield Usage("lambda", price, seconds * gb, f"{name}: time")
    kept = waiting * gb * _MONTH_SECONDS
    yield Usage("lambda", f"waiting_gb_second_{architecture}", kept, f"{name}: waiting")
    size = function.inputs.get("ephemeralStorage", {}).get("size", _FREE_TMP_MB)
    beyond = (size - _FREE_TMP_MB) / 1_024
    yield Usage("lambda", "tmp_gb_second", seconds * beyond, f"{name}: /tmp")


def _gb(function: Recorded) -> float:
    return float(function.inputs["memorySize"] / 1_024)
