"""The command ``app plan``."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

commands = typer.Typer()

_EPILOG = """
Needs git, and neither a cloud account nor the Pulumi CLI.

\b
Examples:
  app plan prod
  app plan prod --against v1.2.0
  app plan prod --json

\b
Exit codes:
  0    the plan was printed
  1    failed; the message says why
  2    wrong usage or configuration
  3    with --exit-code: something changes
  4    with --exit-code: something changes, and breaks callers of the API
  130  interrupted
"""


class Format(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    MARKDOWN = "markdown"


@commands.command(rich_help_panel="On any stack", epilog=_EPILOG)
def plan(
    context: typer.Context,
    stack: Annotated[
        str, typer.Argument(metavar="STACK", help="Such as prod. Pulumi.STACK.yaml configures it.")
    ],
    against: Annotated[
        str | None,
        typer.Option(
            metavar="REVISION",
            help="The other revision. Default: the commit where this branch "
            "diverged from origin/main, or from main.",
        ),
    ] = None,
    format: Annotated[Format, typer.Option(help="text or markdown.", metavar="FORMAT")] = (  # noqa: A002
        Format.TEXT
    ),
    limit: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="CHARACTERS",
            help="Longest Markdown. Longer sections are cut, with a note. Default: GitHub's limit "
            "for a comment, 65536.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 or 4 if something changes; see below.")
    ] = False,
) -> int:
    """Show what this working tree changes in a stack."""
    if json and format is Format.MARKDOWN:
        raise typer.BadParameter("leave --format markdown out.", param_hint=["--json"])
    from blueprint.plan import command, render

    with context.obj.progress("Running both programs"):
        heading, found = command.plan(stack, against)
    if json:
        text = render.as_json(heading, found)
    elif format is Format.MARKDOWN:
        text = render.markdown(heading, found, limit or render.COMMENT)
    else:
        text = render.text(heading, found)
    sys.stdout.write(text)
    if not exit_code or not found.changed:
        return 0
    return 4 if found.breaks else 3
