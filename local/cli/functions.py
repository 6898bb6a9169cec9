"""The commands that run one function: ``invoke`` and ``debug``."""

from typing import Annotated

import typer

from local.cli.common import DEBUG_PORT, PANEL, as_port, directory_of

commands = typer.Typer()


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app invoke cleanup-expired
      app invoke create-user tests/functions/create_user/event.json
      app invoke create-user - < event.json""",
)
def invoke(
    context: typer.Context,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Such as create-user.")],
    event: Annotated[
        str | None,
        typer.Argument(
            metavar="EVENT.json",
            help="File of the event. - reads standard input. Without it, the event is {}.",
        ),
    ] = None,
) -> int:
    """Invoke a function, and print its answer as JSON."""
    from local import commands as implementation

    return implementation.invoke(directory_of(context), function=function, event=event)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app debug create-user
      app debug create-user --port 5679""",
)
def debug(
    context: typer.Context,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Such as create-user.")],
    port: Annotated[
        int, typer.Option(parser=as_port, metavar="PORT", help="Where your editor attaches.")
    ] = DEBUG_PORT,
) -> int:
    """Run a function under a debugger, until Ctrl-C.

    Each invocation waits until you attach. It has the function's role and variables, and no time
    limit. Functions must run as workers: app up --no-docker.
    """
    from local import commands as implementation

    return implementation.debug(directory_of(context), function=function, port=port)
