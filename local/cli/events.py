"""The commands that show what happened: ``console`` and ``events``."""

from typing import Annotated

import typer

from local.cli.common import PANEL, directory_of

commands = typer.Typer()


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
    """Print the console's address: the page of all that happens.

    The address has a key: whoever has it can see everything in the local cloud.
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
        typer.Argument(metavar="CAUSE", help="Print this one and all that followed from it."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Also print what happens, until Ctrl-C.")
    ] = False,
    function: Annotated[
        str | None, typer.Option(metavar="FUNCTION", help="Only where this function ran.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME", help="running, ok, failed, denied, rejected or dead_letter."
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only what contains this: an id, a name.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only the last TIME, such as 15m, 2h or 1d.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Print the newest N.")] = 50,
) -> int:
    """Print what happened, and what followed.

    What begins with a request, an upload, a message or a schedule is one entry.

    What happened before the last `up` is kept, too. It stays on this machine, in a file that only
    you can read.
    """
    from local import events_command as implementation

    return implementation.events(
        directory_of(context),
        cause=cause,
        as_json=json,
        follow=follow,
        wanted=implementation.Filter(
            function=function,
            outcome=implementation.outcome_of(outcome),
            text=text,
            since=implementation.moment_of(since),
        ),
        limit=limit,
    )
