"""The command ``app preflight``."""

import sys
from typing import Annotated

import typer

commands = typer.Typer()


@commands.command(rich_help_panel="On any stack")
def preflight(
    context: typer.Context,
    stack: Annotated[str, typer.Argument(metavar="STACK", help="Such as dev.")],
    deploy: Annotated[
        bool, typer.Option(help="Check Docker as well, which builds the images.")
    ] = False,
) -> int:
    """Check that everything needed to deploy a stack is there.

    Looks for the Pulumi CLI, its login, the stack, AWS credentials and Docker. `make preview` and
    `make deploy` run it first.
    """
    from ops.preflight.checks import missing

    problems = missing(context.obj.root, stack, deploy=deploy)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0
