"""The commands that run one function: ``invoke``, ``run`` and ``debug``."""

from typing import Annotated

import typer

from local.cli.common import EXAMPLE, FOLDER, PANEL, as_port, directory_of
from local.ports import DEBUG_PORT
from ops.stacks import LOCAL

commands = typer.Typer()


@commands.command(
    rich_help_panel=PANEL,
    epilog=f"""\b
    Examples:
      app invoke {EXAMPLE} tests/functions/{FOLDER}/event.json
      app invoke {EXAMPLE} - < event.json""",
)
def invoke(
    context: typer.Context,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help=f"Such as {EXAMPLE}.")],
    event: Annotated[
        str | None,
        typer.Argument(
            metavar="EVENT.json",
            help="File of the event. - reads standard input. Without it, the event is {}.",
        ),
    ] = None,
) -> int:
    """Invoke a function with your event, and print its answer.

    The answer is JSON. To send the event of a schedule, use app run.
    """
    from local import commands as implementation

    return implementation.invoke(directory_of(context), function=function, event=event)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app run SCHEDULE
      app run FUNCTION --stack prod

    \b
    A stack in AWS needs the Pulumi CLI, logged in, and AWS permissions for:
      lambda:InvokeFunction    on the alias in the output `by_hand`""",
)
def run(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="SCHEDULE",
            help="A schedule, the function that it invokes, or a function that you run by hand. "
            "An unknown name prints the valid ones.",
        ),
    ],
    stack: Annotated[
        str,
        typer.Option(
            metavar="STACK",
            help="Stack of a function that you run by hand, such as prod. `local` is this "
            "machine's cloud.",
        ),
    ] = LOCAL,
) -> int:
    """Run a schedule now, with the event that it sends.

    The answer is printed to standard output as JSON, the log to standard error. To send your own
    event, use app invoke.
    """
    if stack != LOCAL:
        from ops.by_hand import run_deployed

        return run_deployed(stack, name)
    from local import schedules

    return schedules.run(directory_of(context), name)


@commands.command(
    rich_help_panel=PANEL,
    epilog=f"""\b
    Examples:
      app debug {EXAMPLE}
      app debug {EXAMPLE} --port 5679""",
)
def debug(
    context: typer.Context,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help=f"Such as {EXAMPLE}.")],
    port: Annotated[
        int, typer.Option(parser=as_port, metavar="PORT", help="Where your editor attaches.")
    ] = DEBUG_PORT,
) -> int:
    """Run a function under a debugger, until Ctrl-C.

    Each invocation waits until you attach. It has the function's role and variables, and no time
    limit. It runs where the function runs: in a worker, or in a container.
    """
    from local import commands as implementation

    return implementation.debug(directory_of(context), function=function, port=port)
