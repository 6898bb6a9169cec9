"""What the commands on this machine share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from local.state import StateDirectory

PANEL = "On this machine"


def _example() -> str:
    """Return a function of this tree, one with a route if there is one."""
    handlers = Path(__file__).parents[2] / "handlers"
    found = sorted(handlers.glob("*/operation.py")) or sorted(handlers.glob("*/handler.py"))
    return found[0].parent.name.replace("_", "-") if found else "count-users"


EXAMPLE = _example()
"""A function's name for the examples in help."""

FOLDER = EXAMPLE.replace("-", "_")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def as_port(given: str | int) -> int:
    """Return the number of a port.

    Raises:
        typer.BadParameter: it is not a port.
    """
    text = str(given)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 65_535):
        raise typer.BadParameter(f"{text!r} is not a port. Use a number from 1 to 65535.")
    return int(text)


def directory_of(context: typer.Context) -> StateDirectory:
    """Return where the state of this checkout's local cloud is kept."""
    from local.state import StateDirectory

    return StateDirectory(context.obj.root)
