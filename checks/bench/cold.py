"""Measures cold starts of every function, an empty handler and other frameworks."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from checks.bench import BenchError, opened_files, system
from checks.bench.environments import choose
from checks.bench.functions import FUNCTIONS, setting
from checks.bench.image_probes import in_images
from checks.bench.running_probe import Probe, Probes
from checks.bench.scoreboard import Row, ratio
from checks.bench.system import System

EMPTY = "empty"
COMPARED: dict[str, dict[str, str]] = {
    function: setting(function, "COLD_BASELINES", {}) for function in FUNCTIONS
}
"""Modules of ``baselines/`` by function, with their labels."""

BASELINES = {EMPTY, *(name for baselines in COMPARED.values() for name in baselines)}

INIT_GOAL = 5.5
FIRST_GOAL = 6.0
"""Of functions whose first event takes one call: ``MAKES_ONE_CALL`` in their ``bench.py``."""

LIMITS = {
    "files opened": 350,
    "modules": 390,
    "modules without bytecode": 0,
    "image": 6_300_000,
}
"""What no function's counts may exceed; ``make bench-check`` fails where one does."""

OWN_LIMITS: dict[str, dict[str, int]] = {
    function: setting(function, "LIMITS", {}) for function in FUNCTIONS
}
"""Other limits, by function: ``LIMITS`` in its ``bench.py``."""

Times = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Start:
    """What is started: a handler, where, with the variables and events of a function."""

    name: str
    label: str
    handler: str
    probe: Probe
    function: str


def starts(probes: Probes) -> list[Start]:
    """List the cold starts of one round."""
    functions = [
        Start(name, name.replace("_", "-"), f"handlers.{name}.handler.handler", probe, name)
        for name, probe in probes.functions.items()
    ]
    empty = Start(
        EMPTY, "empty handler", f"baselines.{EMPTY}.handler", probes.baselines, FUNCTIONS[0]
    )
    compared = [
        Start(name, label, f"baselines.{name}.handler", probes.baselines, function)
        for function, baselines in COMPARED.items()
        for name, label in baselines.items()
    ]
    return [*functions, empty, *compared]


def measure(rounds: int) -> list[Row]:
    """Measure times and counts of all, in turn."""
    with choose(FUNCTIONS) as probes, system.start() as running:
        all_starts = starts(probes)
        times: Times = {start.name: [] for start in all_starts}
        for number in range(rounds + 1):
            for start in all_starts:
                result = once(start, running)
                if number:  # the first round fills the disk's cache
                    times[start.name].append(result)
            sys.stderr.write(f"\rcold starts: round {number} of {rounds}")
        sys.stderr.write("\n")
        return [
            *_times(all_starts, times, probes.description),
            *_counts(all_starts, running, probes.description),
        ]


def count() -> list[Row]:
    """Count what does not depend on the machine, of the functions alone, in their images.

    Raises:
        BenchError: no images can be had.
    """
    with in_images(FUNCTIONS) as probes, system.start() as running:
        functions = [start for start in starts(probes) if start.name not in BASELINES]
        return _counts(functions, running, probes.description)


def once(start: Start, running: System) -> dict[str, Any]:
    """Start one handler cold, and check that it did its work.

    Raises:
        BenchError: it did not start, or its answer is that of a failure.
    """
    result = start.probe.measure(
        start.handler, running.event(start.function), running.environment(start.function)
    )
    answer = result["answer"]
    if answer.get("statusCode", 200) >= 400 or answer.get("batchItemFailures"):
        raise BenchError(f"{start.label} answered {json.dumps(answer)}")
    return result


def _times(all_starts: Sequence[Start], times: Times, where: str) -> Iterator[Row]:
    for kind, group, what in (
        ("init", "INIT", "from the spawn to the first /next"),
        ("first", "first response", "from the spawn to the first response, its calls included"),
    ):
        floor = [result[kind] for result in times[EMPTY]]
        for start in all_starts:
            yield ratio(
                [result[kind] for result in times[start.name]],
                floor,
                group=group,
                name=start.label,
                goal=_goal(kind, start.name),
                ours=start.name not in BASELINES,
                how=f"{what}, over the empty handler's, {where}",
            )


def _goal(kind: str, name: str) -> float | None:
    if name in BASELINES:
        return None
    if kind == "init":
        init_goal: float = setting(name, "INIT_GOAL", INIT_GOAL)
        return init_goal
    return FIRST_GOAL if setting(name, "MAKES_ONE_CALL", False) else None


def _counts(all_starts: Sequence[Start], running: System, where: str) -> list[Row]:
    """Count files, modules, bytecode and bytes, by group."""
    inputs = {
        start.name: (running.event(start.function), running.environment(start.function))
        for start in all_starts
    }
    # A process has one tracer at a time.
    by_process: dict[int, list[Start]] = defaultdict(list)
    for start in all_starts:
        by_process[start.probe.process].append(start)

    def of_a_process(its_starts: Sequence[Start]) -> list[Row]:
        return [row for s in its_starts for row in _counts_of(s, *inputs[s.name], where)]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        rows = [row for some in pool.map(of_a_process, by_process.values()) for row in some]
    return sorted(rows, key=lambda row: list(LIMITS).index(row.group))


def _counts_of(
    start: Start, event: Any, environment: Mapping[str, str], where: str
) -> Iterator[Row]:
    imported = start.probe.imported(start.handler, environment)
    files = opened_files.count(
        start.probe.process, lambda: start.probe.measure(start.handler, event, environment)
    )
    counts = {
        "files opened": (files, "files", f"by strace, before the first /next, {where}"),
        "modules": (imported["modules"], "modules", f"in memory at the first /next, {where}"),
        "modules without bytecode": (
            len(imported["uncompiled"]),
            "modules",
            f"of those, compiled at the start for lack of a valid .pyc, {where}",
        ),
    }
    if start.probe.layer_bytes is not None and start.name not in BASELINES:
        counts["image"] = (start.probe.layer_bytes, "bytes", "what the image adds to its base")
    for group, (value, unit, how) in counts.items():
        yield Row(
            group=group,
            name=start.label,
            value=value,
            unit=unit,
            goal=None if start.name in BASELINES else limit(group, start.name),
            ours=start.name not in BASELINES,
            how=how,
        )


def limit(group: str, function: str) -> int:
    """Return what one of a function's counts may not exceed."""
    return OWN_LIMITS[function].get(group, LIMITS[group])
