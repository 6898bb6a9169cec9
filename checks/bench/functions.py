"""Reads how to measure each function from its module ``tests.functions.<function>.bench``."""

import importlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.bench.scoreboard import Row

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(path.parent.name for path in (ROOT / "handlers").glob("*/handler.py"))
SAMPLES = ROOT / "tests" / "functions"


@dataclass(frozen=True, kw_only=True)
class Work:
    """One kind of invocation.

    Attributes:
        group: its name in the table.
        baselines: modules of ``baselines/`` that do the same, by label.
        event: the event of every invocation.
        is_done: returns True if an answer shows that the work was done.
        calls: the least number of AWS calls that the work takes.
        goal: microseconds.
        count: invocations in one round.
    """

    group: str
    baselines: Mapping[str, str]
    event: Any
    is_done: Callable[[Any], bool]
    calls: int
    goal: float
    count: int


def sample_event(function: str) -> Any:
    """Return a fresh copy of a function's sample event."""
    return json.loads((SAMPLES / function / "event.json").read_text())


def setting(function: str, name: str, default: Any = None) -> Any:
    """Return a value of a function's module ``bench``, or the default if there is none."""
    module = f"tests.functions.{function}.bench"
    if importlib.util.find_spec(module) is None:
        return default
    return getattr(importlib.import_module(module), name, default)


def own_measurements() -> dict[str, Callable[[int], list[Row]]]:
    """Return, by function, what only its own module ``bench`` can measure."""
    found = {name.replace("_", "-"): setting(name, "measure") for name in FUNCTIONS}
    return {name: measure for name, measure in found.items() if measure is not None}
