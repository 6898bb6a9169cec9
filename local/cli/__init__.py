"""The commands on this machine. Each imports what it needs when it runs."""

import typer

from local.cli import access, cloud, data, events, functions

commands = typer.Typer()
for part in (cloud, events, functions, access, data):
    commands.add_typer(part.commands)
