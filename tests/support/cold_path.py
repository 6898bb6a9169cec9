"""Every function's start, as the runtime starts it: with nothing else in the process."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import handlers

FUNCTIONS = sorted(path.parent.name for path in Path(handlers.__path__[0]).glob("*/handler.py"))


@dataclass(frozen=True)
class Start:
    """How a function started for a snapshot.

    Attributes:
        modules: loaded when INIT ended.
        collector_rested: the garbage collector was off during INIT.
        collector_is_on: it was on when INIT ended.
        frozen: number of objects that the collector never again looks at.
        dependencies_made: number of times that INIT made the dependencies.
        clients: number of AWS clients after INIT, in the snapshot, and after the restore.
        same_numbers: the restored copy draws the same random numbers as the snapshot.
    """

    modules: list[str]
    collector_rested: bool
    collector_is_on: bool
    frozen: int
    dependencies_made: int
    clients: list[int]
    same_numbers: bool


def environment(settings: Any) -> dict[str, str]:
    """Return the variables that a function's settings are read from."""
    fields = settings.__dataclass_fields__
    return {"AWS_DEFAULT_REGION": "us-east-1"} | {
        name.upper(): "http://127.0.0.1:1" if name.endswith("_endpoint") else "1" for name in fields
    }


def _variables(function: str, start: str) -> dict[str, str]:
    """Return the variables that a function has in Lambda."""
    return {
        "AWS_LAMBDA_FUNCTION_NAME": function,
        "AWS_LAMBDA_INITIALIZATION_TYPE": start,
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        **environment(importlib.import_module(f"handlers.{function}.handler").Settings),
    }


def started(function: str, program: str, start: str) -> Any:
    """Run a program in a process of its own, with a function's variables; return what it prints."""
    output = subprocess.run(
        [sys.executable, "-c", program, f"handlers.{function}.handler"],
        env={**os.environ, **_variables(function, start)},
        check=True,
        capture_output=True,
    ).stdout
    return json.loads(output)


@cache
def starts() -> Mapping[str, Start]:
    """Start all functions for snapshots, once; return those that could start."""
    lines = [json.dumps([name, _variables(name, "snap-start")]) for name in FUNCTIONS]
    found = subprocess.run(
        [sys.executable, "-c", "from tests.support.starter import main; main()"],
        input="\n".join(lines),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    return {name: Start(**answers) for name, answers in map(json.loads, found.splitlines())}
