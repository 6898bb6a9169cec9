"""The command ``app documents``."""

import sys

import typer

commands = typer.Typer()


@commands.command(rich_help_panel="On the source code")
def documents() -> int:
    """Write the generated files, such as openapi.json."""
    from blueprint.documents.documents import write
    from blueprint.project import ROOT

    for path in write():
        sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 0
