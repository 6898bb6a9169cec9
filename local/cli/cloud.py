"""The commands of the whole local cloud: ``up``, ``down``, ``outputs`` and ``logs``."""

from typing import Annotated

import typer

from local.cli.common import EXAMPLE, PANEL, AsJson, as_port, directory_of
from local.ports import DEBUG_PORT, PORT

commands = typer.Typer()


@commands.command(
    rich_help_panel=PANEL,
    epilog=f"""\b
    Examples:
      app up
      app up --detach
      app up --keep
      app up --port 4567
      app up --no-docker
      app up --debug {EXAMPLE}""",
)
def up(
    context: typer.Context,
    detach: Annotated[
        bool, typer.Option("--detach", help="Start it in the background and return.")
    ] = False,
    docker: Annotated[
        bool | None,
        typer.Option(
            "--docker/--no-docker",
            help="Run functions as containers of their images, or as local Python workers. If left "
            "out: containers if Docker is running.",
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch/--no-watch",
            help="Apply each edit to the program and its configuration, and run the handlers "
            "of this folder. --no-watch: apply nothing; containers run what their images hold.",
        ),
    ] = True,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Bring back what the last `app up --keep` held when it was stopped, and keep it "
            "again: tables, files, queues, users, e-mails and logs.",
        ),
    ] = False,
    debug: Annotated[
        str | None,
        typer.Option(
            metavar="FUNCTION",
            help=f"Run this function under a debugger on port {DEBUG_PORT}, as app debug does.",
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(parser=as_port, metavar="PORT", help=f"The emulator's port. Default: {PORT}."),
    ] = None,
    stack: Annotated[str, typer.Option(metavar="STACK", help="Use Pulumi.STACK.yaml.")] = "local",
) -> int:
    """Run the whole application here, and follow its logs.

    It runs on an AWS emulator that only this machine can reach. You need no cloud account. Ctrl-C
    stops everything. If it is already running, `app up` applies the program and its configuration;
    tables, queues, files and users stay.
    """
    from local.up import up as run

    run(
        directory_of(context),
        port=port,
        stack=stack,
        detach=detach,
        docker=docker,
        live=watch,
        keep=keep,
        debug=debug,
        progress=context.obj.progress,
    )
    return 0


@commands.command(rich_help_panel=PANEL)
def down(context: typer.Context) -> int:
    """Stop everything that `up` started."""
    from local import commands as implementation

    return implementation.down(directory_of(context))


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app outputs
      app outputs api_gateway_url""",
)
def outputs(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Print only the value of this output.")
    ] = None,
    json: AsJson = False,
) -> int:
    """Print the stack's outputs, such as the API's URL.

    All of them are printed as JSON. A single text is printed without quotes, unless you ask for
    --json.
    """
    from local import commands as implementation

    return implementation.outputs(directory_of(context), name=name, as_json=json)


@commands.command(
    rich_help_panel=PANEL,
    epilog=f"""\b
    Examples:
      app logs
      app logs {EXAMPLE} --follow""",
)
def logs(
    context: typer.Context,
    function: Annotated[
        str | None, typer.Argument(metavar="FUNCTION", help="Print only the logs of this function.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Also print new records, until Ctrl-C.")
    ] = False,
) -> int:
    """Print the functions' logs, even after `app down`."""
    from local import commands as implementation

    return implementation.logs(directory_of(context), function=function, follow=follow)
