"""The functions, found by their folders, and what each folder in ``tests/functions/`` says."""

import importlib
from functools import cache
from typing import Any

from tests.support.expected import Expected
from tests.support.samples import ROOT
from tests.support.statements import Consume, Statement

FOLDERS = tuple(sorted(path.parent.name for path in ROOT.glob("handlers/*/handler.py")))
FUNCTIONS = tuple(folder.replace("_", "-") for folder in FOLDERS)

ONE, OTHER = FUNCTIONS[:2]
"""Any two functions, for tests of what is the same for all."""

FEATURES = frozenset(path.stem for path in ROOT.glob("features/*.py")) - {"__init__"}
"""The features that have a module of the program. Some can be removed."""


def module_of(function: str, name: str) -> Any:
    """Import a module of a function's folder in ``tests/functions/``.

    Raises:
        AssertionError: the folder has no such module.
    """
    folder = function.replace("-", "_")
    path = ROOT / "tests" / "functions" / folder / f"{name}.py"
    assert path.is_file(), f"{function} has no {path.relative_to(ROOT)}"
    return importlib.import_module(f"tests.functions.{folder}.{name}")


@cache
def operations() -> dict[str, dict[str, Any]]:
    """Return the OpenAPI operation of each function that has a route."""
    found = {}
    for folder in FOLDERS:
        if (ROOT / "handlers" / folder / "operation.py").is_file():
            module = importlib.import_module(f"handlers.{folder}.operation")
            found[folder.replace("_", "-")] = getattr(module, folder.upper())
    return found


@cache
def expected() -> dict[str, Expected]:
    """Return what is expected of each function, by name."""
    return {function: module_of(function, "expected").EXPECTED for function in FUNCTIONS}


@cache
def in_network() -> tuple[str, ...]:
    """Return the functions that run in a stack's network, if it has one."""
    return tuple(function for function in FUNCTIONS if not expected()[function].internet)


@cache
def allowed() -> dict[str, list[Statement]]:
    """Return the statements that each function may have, without those that all have."""
    return {function: module_of(function, "permissions").MAY for function in FUNCTIONS}


@cache
def allowed_with_a_key() -> dict[str, list[Statement]]:
    """Return what each function may do as well in a stack that has a key of its own."""
    return {function: module_of(function, "permissions").WITH_A_KEY for function in FUNCTIONS}


@cache
def consumed() -> dict[str, tuple[str, Consume]]:
    """Return the function and the statements of each policy that a trigger adds to a role."""
    return {
        policy: (function, consume)
        for function in FUNCTIONS
        for policy, consume in getattr(module_of(function, "permissions"), "TRIGGERS", {}).items()
    }
