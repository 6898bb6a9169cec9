"""The commands ``app new``, ``remove``, ``test`` and ``rename``."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

commands = typer.Typer()

_PANEL = "On the source code"


class Trigger(StrEnum):
    """What invokes a function."""

    HTTP = "http"
    QUEUE = "queue"
    BUCKET = "bucket"
    STREAM = "stream"
    SCHEDULE = "schedule"


Function = Annotated[str, typer.Argument(metavar="FUNCTION", help="Such as count-users.")]


@commands.command(
    rich_help_panel=_PANEL,
    epilog="""\b
    Examples:
      app new count-users --trigger http            print the paragraph to paste
      app new count-users --trigger http --paste    write it, too""",
)
def new(
    context: typer.Context,
    function: Function,
    trigger: Annotated[Trigger, typer.Option(help="What invokes it.")],
    paste: Annotated[bool, typer.Option(help="Write its paragraph into __main__.py, too.")] = False,
) -> int:
    """Add a function: its folders, and its paragraph in __main__.py."""
    from blueprint.functions.new import new as add

    root = context.obj.root
    added = add(root, function, trigger.value, pasted=paste)
    for path in added.files:
        sys.stdout.write(f"wrote {path.relative_to(root)}\n")
    if not paste:
        sys.stdout.write(f"\nPaste into __main__.py:\n\n{added.paragraph}\n")
    sys.stdout.write(f"\nThen: make documents, app test {function}, app up\n")
    return 0


@commands.command(rich_help_panel=_PANEL)
def remove(
    context: typer.Context,
    function: Annotated[
        str,
        typer.Argument(
            metavar="FUNCTION|FEATURE",
            help="A function, such as count-users; or the name of a module in features/.",
        ),
    ],
) -> int:
    """Remove a function, or a feature with all its functions.

    Deletes the folders, the paragraph of the program, and the keys of stack files.
    """
    from blueprint.functions.remove import remove as take_out

    root = context.obj.root
    removed = take_out(root, function)
    unmade = f"The program makes no function {function!r}. Its files:\n"
    sys.stdout.write((removed.diff or unmade) + "\n")
    for path in removed.paths:
        sys.stdout.write(f"{'changed' if path.exists() else 'deleted'} {path.relative_to(root)}\n")
    if removed.mentions:
        sys.stdout.write("\nLeft for you to edit:\n")
        sys.stdout.writelines(f"  {line}\n" for line in removed.mentions)
    sys.stdout.write("\nThen: make documents, make test\n")
    return 0


@commands.command(rich_help_panel=_PANEL)
def test(context: typer.Context, function: Function) -> int:
    """Test one function: its types, tests and permissions.

    Run `make .venv/.dev` once first.
    """
    from importlib.util import find_spec

    from blueprint.functions import check

    root = context.obj.root
    if not (find_spec("mypy") and find_spec("pytest")):
        sys.stderr.write("error: mypy or pytest is not installed. Install both: make .venv/.dev\n")
        return 1
    failed = False
    results = check.run(root, check.commands(root, function))
    while True:
        with context.obj.progress(f"Testing {function}"):
            result = next(results, None)
        if result is None:
            return int(failed)
        failed = failed or result[0] != 0
        sys.stdout.write(result[1])


@commands.command(
    rich_help_panel=_PANEL,
    epilog="""\b
    Example:
      app rename acme-orders""",
)
def rename(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Such as acme-orders.")],
) -> int:
    """Rename the project everywhere, before its first deployment.

    Resources are named after the project. A name that AWS would refuse is an error, and changes
    nothing.
    """
    from blueprint.functions.rename import rename as give_name

    root = context.obj.root
    for path in give_name(root, project):
        sys.stdout.write(f"changed {path.relative_to(root)}\n")
    sys.stdout.write("\nThen: make documents, make test\n")
    return 0
