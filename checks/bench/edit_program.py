"""Measures the time from a saved edit to the program to its end, as ``app up`` applies it.

Beside it, in the same run, the time of a whole ``app up``. Both are on workers, and the edit is of
one function's memory.
"""

import contextlib
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from checks.bench import ROOT, BenchError
from checks.bench.edit import copy_of_project
from checks.bench.scoreboard import Row
from local.emulator import free_port

GOAL_MS = 3_000

EDIT, UP = "edit of a setting", "app up"
_EDITS_PER_ROUND = 3
_PAUSE_SECONDS = 2  # nobody edits faster; `up` gets ready for the next edit meanwhile
_SECONDS = 120
_MEMORY = re.compile(r"(?<=memory_mb=)\d+")
_START = """\
import sys
from pathlib import Path

from cli import main

main(["up", "--no-docker", "--port", sys.argv[2]], root=Path(sys.argv[1]))
"""


def measure(rounds: int, *, warm_up: bool = True) -> list[Row]:
    """Start the local cloud, edit the program several times, and stop it, in each round.

    ``warm_up``: begin with a round that does not count, since it leaves bytecode.
    """
    times: dict[str, list[float]] = {EDIT: [], UP: []}
    with copy_of_project() as root:
        for number in range(0 if warm_up else 1, rounds + 1):
            seconds, edits = _round(root)
            if number:
                times[UP].append(seconds)
                times[EDIT] += edits
            sys.stderr.write(f"\redits to the program: round {number} of {rounds}")
    sys.stderr.write("\n")
    return rows(times)


def rows(times: Mapping[str, list[float]]) -> list[Row]:
    """Return the rows of seconds by what was timed."""
    ours, whole = (statistics.median(times[what]) for what in (EDIT, UP))
    group, how = "from an edit to the program to its end", "on workers, in the same run"
    return [
        Row(group=group, name=EDIT, value=1000 * ours, unit="ms", goal=GOAL_MS, how=how,
            rounds=len(times[EDIT]), seconds=ours),
        Row(group=group, name=UP, value=1000 * whole, unit="ms", goal=None, ours=False, how=how,
            rounds=len(times[UP]), seconds=whole, times_ours=whole / ours),
    ]  # fmt: skip


def _round(root: Path) -> tuple[float, list[float]]:
    """Return the seconds of one ``app up``, and of each edit that it then applies."""
    edits = []
    begun = time.perf_counter()
    with _followed(root) as lines:
        _until(lines, "Ctrl-C stops everything")
        whole = time.perf_counter() - begun
        for _ in range(_EDITS_PER_ROUND):
            time.sleep(_PAUSE_SECONDS)
            begun = time.perf_counter()
            edit(root / "__main__.py")
            _until(lines, "Applied to the running cloud")
            edits.append(time.perf_counter() - begun)
    return whole, edits


def edit(program: Path) -> None:
    """Add one megabyte to the memory of the program's first function.

    Raises:
        BenchError: the program names no function's memory.
    """
    source = program.read_text()
    edited = _MEMORY.sub(lambda found: str(int(found[0]) + 1), source, count=1)
    if edited == source:
        raise BenchError(f"{program.name} has no memory_mb, which would be edited")
    program.write_text(edited)


@contextlib.contextmanager
def _followed(root: Path) -> Iterator[Iterator[str]]:
    """Run ``app up``, and yield the lines that it prints; stop it at the end."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", _START, str(root), str(free_port())],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    too_late = threading.Timer(_SECONDS, process.kill)
    too_late.start()
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield iter(process.stdout)
    finally:
        too_late.cancel()
        process.send_signal(signal.SIGINT)
        process.communicate()


def _until(lines: Iterator[str], text: str) -> None:
    shown = []
    for line in lines:
        shown.append(line)
        if text in line:
            return
    raise BenchError(f"{text!r} did not appear in: {''.join(shown)}")
