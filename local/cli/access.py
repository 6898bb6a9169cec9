"""The commands that let other programs in: ``token``."""

from typing import Annotated

import typer

from local.cli.common import PANEL, AsJson, directory_of

commands = typer.Typer()


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app token
      app token --scope serverless-app/users.read""",
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
