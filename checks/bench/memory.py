"""Measures the peak memory of one invocation, in a process of its own."""

import json
import subprocess
from pathlib import Path
from typing import Any

from checks.bench import ROOT, BenchError
from checks.bench.scoreboard import Row
from checks.bench.worker_probes import WORKER_PYTHON

_SECONDS = 600  # the emulator copies by hashing, which S3 does not
_HOW = "most that was resident, of the function and its child, imports and what they share included"


def invoke(
    folder: Path, handler: str, event: Any, environment: dict[str, str], outcome: str
) -> int:
    """Invoke a handler in its own process, and return its peak memory in bytes.

    Raises:
        BenchError: it failed, or did something else.
    """
    done = subprocess.run(
        [WORKER_PYTHON, ROOT / "checks" / "bench" / "peak_memory.py", handler, str(_SECONDS)],
        cwd=folder,
        env=environment,
        input=json.dumps(event),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    if done.returncode:
        raise BenchError(f"{handler} failed: {done.stderr}")
    report = json.loads(done.stdout.splitlines()[-1])
    if report["answer"] != {"outcomes": [outcome]}:
        raise BenchError(f"{handler} answered {report['answer']}, not {outcome}")
    peak: int = report["peak"]
    return peak


def row(name: str, peak: int, goal: int | None) -> Row:
    """Return the row of a peak, compared with a goal in MB."""
    return Row(group="memory", name=name, value=peak / 1e6, unit="MB", goal=goal, how=_HOW)
