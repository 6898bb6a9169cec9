"""The commands that show and change data: mail, files, queues and tables."""

from pathlib import Path
from typing import Annotated

import typer

from local.cli.common import PANEL, AsJson, directory_of

LIMIT = 100

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
      app upload picture.jpg
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


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app queue
      app queue emails
      app queue emails --retry
      app queue emails-dead-letters --retry""",
)
def queue(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="QUEUE", help="Show the messages of this queue. Default: list the queues."
        ),
    ] = None,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry",
            help="Make hidden messages visible at once. Those of a dead-letter queue are processed "
            "again, as app redrive does.",
        ),
    ] = False,
    json: AsJson = False,
) -> int:
    """List the queues, or look at messages without consuming them."""
    if retry and (name is None or json):
        problem = "leave --json out." if name else "name a QUEUE."
        raise typer.BadParameter(problem, param_hint=["--retry"])
    # Each loads the AWS SDK.
    from local import queue_command

    directory = directory_of(context)
    if name is None:
        return queue_command.list_queues(directory, as_json=json)
    if retry:
        return queue_command.retry(directory, name)
    return queue_command.show(directory, name, as_json=json)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app table
      app table users
      app table users user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG
      app table users 2026-11-28 --index by-day""",
)
def table(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="TABLE", help="Show the items of this table. Default: list the tables."
        ),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="KEY",
            help="Show only items with this key: the partition key, or partition and sort key.",
        ),
    ] = None,
    index: Annotated[
        str | None, typer.Option(metavar="INDEX", help="Read this index; KEY is then its key.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show at most N items.")] = LIMIT,
    json: AsJson = False,
) -> int:
    """List the tables, or show items as plain JSON."""
    if name is None and index is not None:
        raise typer.BadParameter("name a TABLE.", param_hint=["--index"])
    from local import table_command

    directory = directory_of(context)
    if name is None:
        return table_command.list_tables(directory, as_json=json)
    return table_command.show(
        directory, name, key=key or [], index=index, limit=limit, as_json=json
    )
