"""The commands that let other programs in: ``token``, ``env`` and ``aws``."""

from typing import Annotated

import typer

from local.cli.common import PANEL, AsJson, directory_of

commands = typer.Typer()


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app token
      app token --scope PROJECT/users.read""",
)
def token(
    context: typer.Context,
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help="Ask for this scope only. Repeat it for several."),
    ] = None,
    json: AsJson = False,
) -> int:
    """Print an access token for the API, if it requires one."""
    from local import commands as implementation

    return implementation.token(directory_of(context), scopes=scope or [], as_json=json)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      eval "$(app env)"
      python -c 'import boto3; print(boto3.client("sqs").list_queues())'""",
)
def env(context: typer.Context, json: AsJson = False) -> int:
    """Print variables for boto3 and the AWS CLI, as shell commands.

    They hold the root credentials, which are new at each `app up`. In JSON, null stands for a
    variable to remove.
    """
    from local import aws_cli

    return aws_cli.env(directory_of(context), as_json=json)


@commands.command(
    rich_help_panel=PANEL,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog="""\b
    Examples:
      app aws sqs list-queues
      app aws s3 ls""",
)
def aws(
    context: typer.Context,
    arguments: Annotated[
        list[str], typer.Argument(metavar="ARGUMENT", help="Arguments of the command `aws`.")
    ],
) -> int:
    """Run the AWS CLI, if it is installed, against the local cloud.

    It runs with the root credentials of this cloud, and with none of your AWS settings.
    """
    from local import aws_cli

    aws_cli.aws(directory_of(context), arguments)
