"""Measures a deployment by ``app up --detach``, from the program to a running emulator.

The time is from the command's start to its end, when everything is deployed. The first round does
not count: it leaves bytecode in ``.venv``, and images in the engine.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping

from checks.bench import ROOT, BenchError
from checks.bench.image_probes import base_image, problem
from checks.bench.scoreboard import Row
from local.emulator import free_port

WORKERS = "as workers"
CONTAINERS = "in containers, images unchanged"
GOALS = {WORKERS: 4.0, CONTAINERS: 7.0}
"""Seconds."""

_FLAGS = {WORKERS: "--no-docker", CONTAINERS: "--docker"}
_SECONDS = 600  # the first round may build every image


def measure(rounds: int) -> list[Row]:
    """Deploy in turn as workers and, if Docker is running, in containers."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or it would compile the provider each time
    ways = list(GOALS)
    if reason := problem():
        sys.stderr.write(f"not deployed in containers: {reason}\n")
        ways.remove(CONTAINERS)
    else:
        environment["BASE_IMAGE"] = base_image()
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds + 1):
        for way in ways:
            seconds = once(_FLAGS[way], environment)
            if number:
                times[way].append(seconds)
        sys.stderr.write(f"\rdeployments: round {number} of {rounds}")
    sys.stderr.write("\n")
    return rows(times)


def rows(times: Mapping[str, list[float]]) -> list[Row]:
    """Return the median of each way's seconds."""
    return [
        Row(
            group="deployment",
            name=way,
            value=1000 * statistics.median(seconds),
            unit="ms",
            goal=1000 * GOALS[way],
            how=f"up --detach, on a warm .venv, medians of {len(seconds)} rounds",
            rounds=len(seconds),
        )
        for way, seconds in times.items()
    ]


def once(flag: str, environment: Mapping[str, str]) -> float:
    """Deploy, then stop the local cloud; return the seconds until everything was deployed.

    Raises:
        BenchError: it failed, or a local cloud of this project runs already.
    """
    begun = time.perf_counter()
    _local("up", "--detach", flag, "--port", str(free_port()), environment=environment)
    seconds = time.perf_counter() - begun
    _local("down", environment=environment)
    return seconds


def _local(*arguments: str, environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "cli.py", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=_SECONDS,
    )
    if done.returncode:
        raise BenchError(f"`app {arguments[0]}` failed: {done.stderr.strip()}")
