"""The command ``app pin``."""

import sys
from typing import Annotated

import typer

commands = typer.Typer()


@commands.command(rich_help_panel="On the source code")
def pin(
    context: typer.Context,
    stack: Annotated[str, typer.Argument(metavar="STACK", help="Such as prod.")],
) -> int:
    """Pin a stack's base image to the digest that its tag has today.

    Writes `images.base` into Pulumi.<stack>.yaml. Needs Docker, to query the image's registry.
    """
    from blueprint.pin.base_image import move, published

    moved = move(context.obj.root, stack, published)
    if moved.before == moved.after:
        sys.stdout.write(f"{stack} has the newest base: {moved.after}\n")
    else:
        sys.stdout.write(
            f"{stack}: {moved.before} → {moved.after}\n"
            f"Wrote {moved.file.name}. The next deployment builds every image on this base.\n"
        )
    return 0
