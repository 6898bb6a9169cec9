"""What the commands on this machine share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from local.state import StateDirectory

PANEL = "On this machine"

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
