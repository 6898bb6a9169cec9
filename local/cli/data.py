"""The commands that show and store data: mail, and the files of the bucket."""

from pathlib import Path
from typing import Annotated

import typer

from local.cli.common import PANEL, AsJson, directory_of

commands = typer.Typer()


@commands.command(rich_help_panel=PANEL)
def mail(context: typer.Context, json: AsJson = False) -> int:
    """Print the e-mails that the functions sent."""
    from local import commands as implementation

    return implementation.mail(directory_of(context), as_json=json)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app upload tests/functions/process_upload/picture.jpg
      app upload report.pdf uploads/2026/report.pdf
      app upload report.pdf uploads/2026/""",
)
def upload(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to store.")],
    key: Annotated[
        str | None,
        typer.Argument(
            metavar="KEY",
            help="Where to store it. A KEY that ends in / is a folder. Default: uploads/FILE.",
        ),
    ] = None,
) -> int:
    """Store a file in the bucket."""
    from local import commands as implementation

    return implementation.upload(directory_of(context), file=file, key=key)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app files
      app files processed/""",
)
def files(
    context: typer.Context,
    prefix: Annotated[
        str, typer.Argument(metavar="PREFIX", help="List only keys that begin with this.")
    ] = "",
    json: AsJson = False,
) -> int:
    """List the files in the bucket."""
    from local import commands as implementation

    return implementation.files(directory_of(context), prefix=prefix, as_json=json)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app download processed/picture.jpg/thumbnail.jpg
      app download reports/2026-11-22.html report.html""",
)
def download(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="As `app files` lists it.")],
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", help="New file, or a folder. Default: the last part of KEY."
        ),
    ] = None,
) -> int:
    """Copy a file of the bucket to this machine."""
    from local import commands as implementation

    return implementation.download(directory_of(context), key=key, file=file)
