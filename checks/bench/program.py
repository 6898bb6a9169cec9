"""Measures how the evaluation time per function grows with the number of functions.

Each size is its own project in its own process: ``growing.py`` as its ``__main__.py``, a copy of
``infra/``, and the folders of that many functions. It runs under the recorder, configured as
production. The figure is processor time. A round takes half a minute, so there are few rounds.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from blueprint.project import project_name
from checks.bench import ROOT, BenchError
from checks.bench.scoreboard import Row, ratio

KINDS = ("converter", "listener", "reader", "reporter", "sender", "sweeper", "writer")
"""The functions of one system, by what they do in ``growing.py``."""

SOURCES = min(path.parent.name for path in (ROOT / "handlers").glob("*/handler.py"))
"""The function whose sources each of them gets: the program only hashes them."""

SYSTEMS = (1, 7, 29)
"""Of seven functions each: 7, 49 and 203."""

EVALUATE = Path(__file__).with_name("evaluate.py")
GOAL = 1.5
MOST_ROUNDS = 7
STACK = "prod"

_IGNORED = shutil.ignore_patterns("__pycache__")


@dataclass(frozen=True)
class Evaluation:
    """Processor seconds of one evaluation, and how many resources it registered."""

    seconds: float
    resources: int


def measure(rounds: int) -> list[Row]:
    """Evaluate the program of each size in turn, and return the figures."""
    rounds = min(rounds, MOST_ROUNDS)
    times: dict[int, list[float]] = {systems: [] for systems in SYSTEMS}
    with contextlib.ExitStack() as stack:
        programs = {systems: stack.enter_context(program(systems)) for systems in SYSTEMS}
        for number in range(rounds + 1):
            for systems, process in programs.items():
                seconds = evaluate(process).seconds / functions(systems)
                if number:  # the first round imports what it uses, and stages the images
                    times[systems].append(seconds)
            sys.stderr.write(f"\rprograms: round {number} of {rounds}")
        sys.stderr.write("\n")
    return rows(times)


def rows(times: dict[int, list[float]]) -> list[Row]:
    """Return the time for each function over that of the smallest program."""
    floor = times[SYSTEMS[0]]
    return [
        ratio(
            seconds,
            floor,
            group="program evaluation",
            name=f"{functions(systems)} functions",
            goal=None if systems == SYSTEMS[0] else GOAL,
            how="processor time for each function, over that of the smallest program, under mocks",
        )
        for systems, seconds in times.items()
    ]


def functions(systems: int) -> int:
    """Return how many functions a number of systems has."""
    return systems * len(KINDS)


@contextlib.contextmanager
def program(systems: int) -> Iterator["subprocess.Popen[str]"]:
    """Yield a process that evaluates the program of a project with that many systems."""
    with tempfile.TemporaryDirectory(prefix="bench-program-") as folder:
        make(Path(folder), systems)
        with subprocess.Popen(
            [sys.executable, "-P", EVALUATE, STACK],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


def evaluate(process: "subprocess.Popen[str]") -> Evaluation:
    """Evaluate once.

    Raises:
        BenchError: the program failed; its process printed why.
    """
    print(file=process.stdin, flush=True)
    for line in process.stdout or ():
        seconds, resources = line.split()
        return Evaluation(float(seconds), int(resources))
    raise BenchError("the growing program failed")


def make(folder: Path, systems: int) -> None:
    """Write the project's files."""
    shutil.copytree(ROOT / "infra", folder / "infra", ignore=_IGNORED)
    for part in ("domain", "runtime"):
        shutil.copytree(ROOT / "handlers" / part, folder / "handlers" / part, ignore=_IGNORED)
    shutil.copy(ROOT / "handlers" / "__init__.py", folder / "handlers")
    (folder / "images").mkdir()
    for path in (ROOT / "images").glob("*.*"):
        shutil.copy(path, folder / "images")
    shutil.copy(ROOT / "images" / "Dockerfile", folder / "images")
    for kind in KINDS:
        for number in range(systems):
            for part in ("handlers", "images"):
                shutil.copytree(
                    ROOT / part / SOURCES, folder / part / f"{kind}_{number}", ignore=_IGNORED
                )
    shutil.copy(ROOT / "checks" / "bench" / "growing.py", folder / "__main__.py")
    shutil.copy(ROOT / "config.py", folder)
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    (folder / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(settings(systems)))


def settings(systems: int) -> dict[str, dict[str, object]]:
    """Return the stack's configuration: production's, for these functions."""
    stack: dict[str, dict[str, object]] = yaml.safe_load(
        (ROOT / f"Pulumi.{STACK}.yaml").read_text()
    )
    names = [f"{kind.replace('_', '-')}-{n}" for kind in KINDS for n in range(systems)]
    stack["config"][f"{project_name()}:functions"] = {
        name: {"reservedConcurrency": 2} for name in names
    }
    return stack
