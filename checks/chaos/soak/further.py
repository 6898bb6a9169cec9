"""Finds further rows of a soak's table by ``tests/functions/<function>/soak_row.py``."""

import importlib
from functools import cache
from typing import Protocol, cast

from checks.chaos.soak.schedules import ROOT
from checks.chaos.soak.table import Row
from local.cloud import Cloud


class Further(Protocol):
    """The work that a function does in reaction to other functions."""

    def row(self, cloud: Cloud) -> Row:
        """Compare what it should have done with what it did; others may be at work."""


@cache
def further() -> tuple[Further, ...]:
    """Return them, by the names of their functions."""
    folders = sorted(path.parent.name for path in ROOT.glob("tests/functions/*/soak_row.py"))
    return tuple(
        cast(Further, importlib.import_module(f"tests.functions.{folder}.soak_row"))
        for folder in folders
    )
