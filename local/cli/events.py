"""The commands that show what happened: ``console`` and ``events``."""

import time
from typing import Annotated, get_args

import typer

from local.cli.common import PANEL, directory_of
from ops.events.since import seconds

commands = typer.Typer()


def as_outcome(text: str) -> str:
    """Return an outcome as it was given.

    Raises:
        typer.BadParameter: there is none of this name.
    """
    from ops.events.model import Outcome

    if text not in get_args(Outcome):
        known = ", ".join(map(repr, get_args(Outcome)))
        raise typer.BadParameter(f"{text!r} is not one of {known}.")
    return text


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app console
      app console --open""",
)
def console(
    context: typer.Context,
    open_it: Annotated[bool, typer.Option("--open", help="Also open it in your browser.")] = False,
) -> int:
    """Print the address of the console, which shows all that happens.

    The address has a key: whoever has it can see everything in the local cloud. Each `app up`
    makes a new key.
    """
    from local import commands as implementation

    return implementation.console(directory_of(context), open_it=open_it)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app events
      app events 5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e
      app events --outcome failed --since 15m
      app events --json --follow""",
)
def events(
    context: typer.Context,
    cause: Annotated[
        str | None,
        typer.Argument(metavar="CAUSE", help="Id of a cause: print it, and all that followed."),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON for each cause.")
    ] = False,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Also print what happens next, until Ctrl-C.")
    ] = False,
    function: Annotated[
        str | None, typer.Option(metavar="FUNCTION", help="Only causes in which this function ran.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            parser=as_outcome,
            metavar="OUTCOME",
            help="running, ok, failed, denied, rejected or dead_letter.",
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only causes that contain this text.")
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(
            parser=seconds, metavar="TIME", help="Only the last 15m, 2h or 1d, for example."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Print the newest N causes.")] = 50,
) -> int:
    """Print what happened, and what followed.

    Each request, upload, message, write, schedule and call by hand is one entry: a cause. The
    history is kept across restarts, in a file on this machine that only you can read.
    """
    from local import events_command as implementation

    return implementation.events(
        directory_of(context),
        cause=cause,
        as_json=json,
        follow=follow,
        wanted=implementation.Filter(
            function=function,
            outcome=outcome,
            text=text,
            since=None if since is None else time.time() - since,
        ),
        limit=limit,
    )
