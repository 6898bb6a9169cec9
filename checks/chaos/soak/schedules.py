"""Finds the schedules of a soak by ``tests/functions/<function>/soak.py``."""

import importlib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Protocol, cast

from local.cloud import Cloud

ROOT = Path(__file__).parents[3]


class Schedule(Protocol):
    """What a soak needs to know of a function that a schedule invokes.

    Attributes:
        TWICE: whether the same event is sent twice, of which only one may have an effect.
    """

    TWICE: bool

    def prepare(self, cloud: Cloud, number: int, slot: int) -> tuple[dict[str, Any], str]:
        """Prepare an input; return its event and the detail that identifies its effect.

        Args:
            cloud: the system.
            number: of the input.
            slot: the number of the first input with the same event.
        """

    def effects(self, cloud: Cloud, details: Iterable[str]) -> Counter[str]:
        """Count the effects by detail."""

    def pending(self, cloud: Cloud) -> int:
        """Count what waits for the next schedule."""

    def pass_time(self, cloud: Cloud) -> None:
        """Run what waits now, as if its time had come."""


@cache
def schedules() -> Mapping[str, Schedule]:
    """Return the schedules by name of their function."""
    folders = sorted(p.parent.name for p in ROOT.glob("tests/functions/*/soak.py"))
    return {
        folder.replace("_", "-"): cast(
            Schedule, importlib.import_module(f"tests.functions.{folder}.soak")
        )
        for folder in folders
    }


@cache
def killable() -> tuple[str, ...]:
    """Return the functions that a soak kills: all but those of schedules."""
    folders = sorted(path.parent.name for path in ROOT.glob("handlers/*/handler.py"))
    functions = (folder.replace("_", "-") for folder in folders)
    return tuple(function for function in functions if function not in schedules())
