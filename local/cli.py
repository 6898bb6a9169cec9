"""The commands on this machine: ``up``, ``logs``, ``invoke`` and the rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from local.state import StateDirectory

PANEL = "On this machine"
PORT = 4566
"""As in up.py, which takes longer to import."""
DEBUG_PORT = 5678  # where editors look unless they are told otherwise

commands = typer.Typer()

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def as_port(given: str | int) -> int:
    """Return a port's number.

    Raises:
        typer.BadParameter: it is none.
    """
    text = str(given)
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 65_535):
        raise typer.BadParameter(f"{text!r} is not a port. Use a number from 1 to 65535.")
    return int(text)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app up
      app up --detach
      app up --keep
      app up --port 4567
      app up --no-docker""",
)
def up(
    context: typer.Context,
    detach: Annotated[
        bool, typer.Option("--detach", help="Start it in the background and return.")
    ] = False,
    docker: Annotated[
        bool | None,
        typer.Option(
            "--docker/--no-docker",
            help="Run functions as containers of their images, or as local Python workers. If left "
            "out: containers if Docker is running.",
        ),
    ] = None,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch/--no-watch",
            help="Apply each edit of the program and its configuration while it runs, and run the "
            "handlers of this folder; or run what the images hold. Python workers always run the "
            "handlers of this folder.",
        ),
    ] = True,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Bring back what the last `app up --keep` held when it was stopped, and keep it "
            "again: tables, files, queues, users, e-mails and logs.",
        ),
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(parser=as_port, metavar="PORT", help=f"The emulator's port. Default: {PORT}."),
    ] = None,
    stack: Annotated[str, typer.Option(metavar="STACK", help="Use Pulumi.STACK.yaml.")] = "local",
) -> int:
    """Run the whole application here, and follow its logs.

    It runs on an AWS emulator that only this machine can reach. You need no cloud account. Ctrl-C
    stops everything. If it runs already, the program and its configuration are applied to it, and
    tables, queues, files and users keep what they hold.
    """
    from local.up import up as run

    return run(
        _directory(context),
        port=port,
        stack=stack,
        detach=detach,
        docker=docker,
        live=watch,
        keep=keep,
        progress=context.obj.progress,
    )


@commands.command(rich_help_panel=PANEL)
def down(context: typer.Context) -> int:
    """Stop everything that `up` started."""
    from local import commands as implementation

    return implementation.down(_directory(context))


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app outputs
      app outputs api_gateway_url""",
)
def outputs(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Print only the value of this output.")
    ] = None,
    json: AsJson = False,
) -> int:
    """Print the stack's outputs, such as the API's URL.

    All of them are printed as JSON. A single text is printed without quotes, unless you ask for
    --json.
    """
    from local import commands as implementation

    return implementation.outputs(_directory(context), name=name, as_json=json)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app logs
      app logs create-user --follow""",
)
def logs(
    context: typer.Context,
    function: Annotated[
        str | None, typer.Argument(metavar="FUNCTION", help="Print only the logs of this function.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Also print new records, until Ctrl-C.")
    ] = False,
) -> int:
    """Print the functions' logs."""
    from local import commands as implementation

    return implementation.logs(_directory(context), function=function, follow=follow)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app events
      app events 5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e
      app events --outcome failed --since 15m
      app events --json --follow""",
)
def events(
    context: typer.Context,
    cause: Annotated[
        str | None,
        typer.Argument(metavar="CAUSE", help="Print this one and all that followed from it."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one line of JSON for each.")] = False,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Also print what happens, until Ctrl-C.")
    ] = False,
    function: Annotated[
        str | None, typer.Option(metavar="FUNCTION", help="Only where this function ran.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(
            metavar="OUTCOME", help="running, ok, failed, denied, rejected or dead_letter."
        ),
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only what contains this: an id, a name.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only the last TIME, such as 15m, 2h or 1d.")
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="Print the newest N.")] = 50,
) -> int:
    """Print what happened, and what followed.

    What begins with a request, an upload, a message or a schedule is one entry.

    What happened before the last `up` is kept, too. It stays on this machine, in a file that only
    you can read.
    """
    from local import events_command as implementation

    return implementation.events(
        _directory(context),
        cause=cause,
        as_json=json,
        follow=follow,
        wanted=implementation.Filter(
            function=function,
            outcome=implementation.outcome_of(outcome),
            text=text,
            since=implementation.moment_of(since),
        ),
        limit=limit,
    )


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app invoke cleanup-expired
      app invoke create-user tests/functions/create_user/event.json
      app invoke create-user - < event.json""",
)
def invoke(
    context: typer.Context,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Such as create-user.")],
    event: Annotated[
        str | None,
        typer.Argument(
            metavar="EVENT.json",
            help="File of the event. - reads standard input. Without it, the event is {}.",
        ),
    ] = None,
) -> int:
    """Invoke a function, and print its answer as JSON."""
    from local import commands as implementation

    return implementation.invoke(_directory(context), function=function, event=event)


@commands.command(
    rich_help_panel=PANEL,
    epilog="""\b
    Examples:
      app debug create-user
      app debug create-user --port 5679""",
)
def debug(
    context: typer.Context,
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="Such as create-user.")],
    port: Annotated[
        int, typer.Option(parser=as_port, metavar="PORT", help="Where your editor attaches.")
    ] = DEBUG_PORT,
) -> int:
    """Run a function under a debugger, until Ctrl-C.

    Each invocation waits until you attach. It has the function's role and variables, and no time
    limit. Functions must run as workers: app up --no-docker.
    """
    from local import commands as implementation

    return implementation.debug(_directory(context), function=function, port=port)


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

    return implementation.token(_directory(context), scopes=scope or [], as_json=json)


@commands.command(rich_help_panel=PANEL)
def mail(context: typer.Context, json: AsJson = False) -> int:
    """Print the e-mails that the functions sent."""
    from local import commands as implementation

    return implementation.mail(_directory(context), as_json=json)


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

    return implementation.upload(_directory(context), file=file, key=key)


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

    return implementation.files(_directory(context), prefix=prefix, as_json=json)


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

    return implementation.download(_directory(context), key=key, file=file)


def _directory(context: typer.Context) -> StateDirectory:
    from local.state import StateDirectory

    return StateDirectory(context.obj.root)
