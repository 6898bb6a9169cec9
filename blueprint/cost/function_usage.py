"""What functions use in a month: requests, time, and how they start."""

from collections.abc import Iterator, Mapping

from blueprint.cost.triggers import Load
from blueprint.cost.usage import HOURS, Usage
from blueprint.recording import Recorded, Recorder

COLD_STARTS = 0.01
"""Share of invocations that start a new environment."""

SNAPSHOTS = 2
"""Versions of a function that are kept, each with a snapshot: the current and the previous."""

_FREE_TMP_MB = 512
_MONTH_SECONDS = HOURS * 3_600


def function_usage(recorder: Recorder, loads: Mapping[str, Load]) -> Iterator[Usage]:
    """Yield what all functions are charged for.

    Args:
        recorder: what the program declares: memory, architecture, how functions start.
        loads: by function, its invocations in a month.
    """
    provisioned = {
        config.inputs["functionName"]: config.inputs["provisionedConcurrentExecutions"]
        for config in recorder.all(
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"
        )
    }
    for function in recorder.all("aws:lambda/function:Function"):
        name, load = function.name, loads[function.name]
        yield Usage("lambda", "request", load.invocations, f"{name}: invocations")
        yield from _time(function, load.seconds, provisioned.get(name, 0))
        if function.inputs.get("snapStart"):
            gb = _gb(function)
            kept = SNAPSHOTS * gb * _MONTH_SECONDS
            yield Usage("lambda", "snapshot_gb_second", kept, f"{name}: snapshots kept")
            yield Usage(
                "lambda", "restored_gb", load.invocations * COLD_STARTS * gb, f"{name}: restored"
            )


def _time(function: Recorded, seconds: float, provisioned: int) -> Iterator[Usage]:
    """Yield the time of invocations, and that of provisioned environments."""
    (architecture,) = function.inputs["architectures"]
    name, gb = function.name, _gb(function)
    price = f"{'waited_' if provisioned else ''}gb_second_{architecture}"
    yield Usage("lambda", price, seconds * gb, f"{name}: time")
    kept = provisioned * gb * _MONTH_SECONDS
    yield Usage("lambda", f"waiting_gb_second_{architecture}", kept, f"{name}: waiting")
    size = function.inputs.get("ephemeralStorage", {}).get("size", _FREE_TMP_MB)
    beyond = (size - _FREE_TMP_MB) / 1_024
    yield Usage("lambda", "tmp_gb_second", seconds * beyond, f"{name}: /tmp")


def _gb(function: Recorded) -> float:
    return float(function.inputs["memorySize"] / 1_024)
