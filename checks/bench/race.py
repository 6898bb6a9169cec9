"""Runs contenders on a file in turn, each in its own process, and times every round."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from checks.bench import ROOT, BenchError
from checks.bench.scoreboard import Row, ratio
from checks.bench.worker_probes import WORKER_PYTHON


@dataclass(frozen=True)
class Contender:
    """Something that processes a file.

    Attributes:
        name: what it is called.
        function: of a module in the folder that ``worker_folder`` lays out, for ``file_loop.py``.
        ours: whether it is this project's: others have no goal.
        paged: whether its results are the pages one by one; one whose are not sets no floor.
    """

    name: str
    function: str
    ours: bool = False
    paged: bool = True


@dataclass(frozen=True)
class Timings:
    """What a contender made of the file, and the seconds of each of its rounds."""

    results: list[bytes]
    seconds: list[float] = field(default_factory=list)


def race(contenders: Sequence[Contender], file: Path, rounds: int) -> dict[Contender, Timings]:
    """Run each contender on the file in turn, round by round, each in its own process."""
    with ExitStack() as stack:
        started = {one: stack.enter_context(_contender_process(one, file)) for one in contenders}
        timings = {one: Timings(_results(one, file)) for one in contenders}
        for number in range(1, rounds + 1):
            for one, stream in started.items():
                timings[one].seconds.append(_time_round(stream))
            sys.stderr.write(f"\r{file.name}: round {number} of {rounds}")
        sys.stderr.write("\n")
        return timings


def rows(
    group: str, timings: dict[Contender, Timings], floor: Sequence[float], goal: float, how: str
) -> Iterator[Row]:
    """Return a row for each contender: its time over the floor's."""
    for one, found in timings.items():
        yield ratio(
            found.seconds,
            floor,
            group=group,
            name=one.name,
            goal=goal if one.ours else None,
            ours=one.ours,
            how=how,
        )


@contextmanager
def _contender_process(contender: Contender, file: Path) -> Iterator[TextIO]:
    """Start ``file_loop.py``, wait for its first run, and yield the stream to start more."""
    results = _folder(contender, file)
    results.mkdir()
    ours, its = socket.socketpair()
    with ours, its, ours.makefile("rw") as stream:
        process = subprocess.Popen(
            [
                WORKER_PYTHON,
                ROOT / "checks" / "bench" / "file_loop.py",
                contender.function,
                file,
                results,
            ],
            cwd=file.parent.parent,
            env={"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-central-1"},
            stdin=its.fileno(),
            stdout=its.fileno(),
        )
        with process:
            try:
                its.close()
                _read_line(stream)
                yield stream
            finally:
                process.kill()


def _time_round(stream: TextIO) -> float:
    stream.write("\n")
    stream.flush()
    return float(_read_line(stream))


def _read_line(stream: TextIO) -> str:
    if line := stream.readline():
        return line
    raise BenchError("a contender ended; what it says is above")


def _folder(contender: Contender, file: Path) -> Path:
    return file.with_name(f"{contender.function}.results")


def _results(contender: Contender, file: Path) -> list[bytes]:
    """Return the results of the first run, in order."""
    paths = sorted(_folder(contender, file).iterdir(), key=lambda path: int(path.name))
    return [path.read_bytes() for path in paths]
