"""Measures the time from a saved edit to a handler to the answer of the new code.

Beside it, in turn and on the same local cloud, the time of a redeployment as other tools do it:
``UpdateFunctionCode``, a new version, and the alias moved to it.
"""

import io
import json
import shutil
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from checks.bench import ROOT, BenchError, system
from checks.bench.functions import FUNCTIONS, Work, setting
from checks.bench.scoreboard import Row
from local.package import pack

GOAL_MS = 100
"""Of the time that an edit adds to the next call, at the 99th percentile."""

_EDITS_PER_ROUND = 5
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "docs")
_CALL, _EDIT, _DEPLOY = "call", "edit", "deploy"


def measure(rounds: int) -> list[Row]:
    """Call, edit and call, redeploy and call: in turn, on workers."""
    function = next(name for name in FUNCTIONS if setting(name, "MAKES_ONE_CALL"))
    times: dict[str, list[float]] = {_CALL: [], _EDIT: [], _DEPLOY: []}
    with copy_of_project() as root, system.start(root) as running:
        edited = root / "handlers" / function / "handler.py"
        ref = running.cloud.functions[function.replace("_", "-")]
        work: Work = setting(function, "WORK")

        def answer() -> None:
            payload = json.dumps(running.event(function)).encode()
            response = running.cloud.client("lambda").invoke(
                FunctionName=ref.name, Qualifier=ref.qualifier, Payload=payload
            )
            if not work.is_done(json.load(response["Payload"])):
                raise BenchError(f"{function} did not do its work after an edit")

        def edit() -> None:
            edited.write_text(f"{edited.read_text()}#\n")

        answer()
        for number in range(1, rounds * _EDITS_PER_ROUND + 1):
            times[_CALL].append(_seconds(answer))
            times[_EDIT].append(_seconds(edit, answer))
            if number % _EDITS_PER_ROUND == 0:
                before = _version(running.cloud.client("lambda"), ref)
                times[_DEPLOY].append(
                    _seconds(lambda: _deploy(running.cloud.client("lambda"), ref), answer)
                )
                running.cloud.client("lambda").delete_function(
                    FunctionName=ref.name, Qualifier=before
                )
            sys.stderr.write(f"\redits: {number} of {rounds * _EDITS_PER_ROUND}")
        sys.stderr.write("\n")
    return rows(times)


def rows(times: Mapping[str, list[float]]) -> list[Row]:
    """Return the rows of seconds by what was timed."""
    usual = statistics.median(times[_CALL])
    added = sorted(seconds - usual for seconds in times[_EDIT])
    ours, theirs = (statistics.median(times[way]) for way in (_EDIT, _DEPLOY))
    group = "from an edit to its answer"
    how = "on workers of one local cloud, in turn"
    return [
        Row(
            group=group,
            name="live edit",
            value=1000 * ours,
            unit="ms",
            goal=None,
            how=how,
            rounds=len(added),
            seconds=ours,
        ),
        Row(
            group=group,
            name="what an edit adds, p99",
            value=1000 * added[int(0.99 * (len(added) - 1))],
            unit="ms",
            goal=GOAL_MS,
            how=how,
            rounds=len(added),
        ),
        Row(
            group=group,
            name="new code, version and alias",
            value=1000 * theirs,
            unit="ms",
            goal=None,
            ours=False,
            how=how,
            rounds=len(times[_DEPLOY]),
            seconds=theirs,
            times_ours=theirs / ours,
        ),
    ]


def _seconds(*steps: Callable[[], None]) -> float:
    begun = time.perf_counter()
    for step in steps:
        step()
    return time.perf_counter() - begun


def _version(client: Any, ref: Any) -> str:
    alias = client.get_alias(FunctionName=ref.name, Name=ref.qualifier)
    version: str = alias["FunctionVersion"]
    return version


def _deploy(client: Any, ref: Any) -> None:
    """Upload a package that differs, publish it, and move the alias to it."""
    package = io.BytesIO(pack())
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr("edited.txt", str(time.time_ns()))
    client.update_function_code(FunctionName=ref.name, ZipFile=package.getvalue())
    version = client.publish_version(FunctionName=ref.name)["Version"]
    client.update_alias(FunctionName=ref.name, Name=ref.qualifier, FunctionVersion=version)


@contextmanager
def copy_of_project() -> Iterator[Path]:
    """Yield a copy of this project that may be edited."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(shutil.copytree(ROOT, Path(folder) / "project", ignore=_LEFT_OUT))
