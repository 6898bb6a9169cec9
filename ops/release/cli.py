"""The commands ``app release`` and ``app rollback``."""

from pathlib import Path
from typing import Annotated

import typer

PANEL = "On any stack"
_LONGEST_MINUTES = 24 * 60

commands = typer.Typer()

_NEEDS = """
\b
Needs the Pulumi CLI, logged in, and AWS permissions for:
  lambda:GetAlias, UpdateAlias, ListVersionsByFunction,
    GetFunctionConfiguration    on the functions, with and without a version
                                (<arn>, <arn>:*)
  cloudwatch:DescribeAlarms     on the stack's alarms
"""
_PRUNES = """
\b
To delete old versions, also:
  lambda:ListAliases            on the functions
  lambda:DeleteFunction         on their versions only (<arn>:*)
"""

_RELEASE = f"""
This is for stacks with `release: canary` in their configuration. There, `pulumi up` publishes
versions and leaves each function's alias `live` where it is until this command moves it. All
functions with a new version move together. If an alarm fires, or on Ctrl-C, SIGTERM or SIGHUP,
all of them move back together.

The aliases record the release. If the command is killed, run it again, on any machine: it resumes
the release under the same name, from the first step; if it was killed during the last watch, from
that watch. If an alarm is firing by then, it rolls everything back. If two commands run at once,
the one that moves an alias later takes over, and the other one stops without changing anything.

At the end it deletes the functions' old versions. It keeps the live version, the one that
`rollback` leads to, every version that an alias names, and every newer one. If a version cannot be
deleted, the release stands, and the next one tries again.

\b
Examples:
  app release prod                           10 % for 5 minutes, then all
  app release prod --dry-run                 show what would move
  app release prod --percent 5 --minutes 30  if alarms need longer to fire
  app release prod --output FILE             append released=NAME to FILE,
                                             as $GITHUB_OUTPUT expects
{_NEEDS}{_PRUNES}
\b
Exit codes:
  0    released, or nothing to release
  1    an alarm fired, and everything was rolled back
  2    wrong usage
  3    something else is wrong; the message says what
  130  interrupted, and everything was rolled back
"""

_ROLLBACK = f"""
\b
Examples:
  app rollback prod
  app rollback prod --release NAME    only if NAME is the last release
{_NEEDS}
\b
Exit codes:
  0  rolled back, now or earlier
  2  wrong usage
  3  failed; for example, NAME is not the last release
"""


def as_percent(given: str | int) -> int:
    """Return a whole number from 1 to 100.

    Raises:
        typer.BadParameter: the text is not such a number.
    """
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= 100):
        raise typer.BadParameter(f"{text!r} is not a percentage. Use a whole number from 1 to 100.")
    return int(text)


def as_minutes(text: str) -> float:
    """Return minutes, above 0 and up to a day.

    Raises:
        typer.BadParameter: the text is not such a number.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number <= _LONGEST_MINUTES:  # also refuses nan
        raise typer.BadParameter(f"{text!r} is not a time. Use minutes, above 0 and up to 1440.")
    return number


def as_file(text: str) -> Path:
    """Return a file's path, after opening it: before anything is moved.

    Raises:
        typer.BadParameter: it cannot be written.
    """
    path = Path(text)
    try:
        path.open("a").close()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise typer.BadParameter(f"{text!r} cannot be written: {reason}.") from error
    return path


Stack = Annotated[str, typer.Argument(metavar="STACK", help="Such as prod.")]


@commands.command(rich_help_panel=PANEL, epilog=_RELEASE)
def release(
    stack: Stack,
    percent: Annotated[
        int,
        typer.Option(
            parser=as_percent,
            metavar="N",
            help="Share of calls that go to the new versions first. 100 moves all at once.",
        ),
    ] = 10,
    minutes: Annotated[
        float,
        typer.Option(
            parser=as_minutes,
            metavar="N",
            help="How long to watch alarms at that share, and again after all calls have moved. "
            "0.5 is half a minute.",
        ),
    ] = 5,
    despite_alarms: Annotated[
        bool,
        typer.Option(
            "--despite-alarms",
            help="Release even if alarms are firing, and do not watch those alarms. Use it if "
            "this release is the fix.",
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would move.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            parser=as_file,
            metavar="FILE",
            help="Append released=NAME to this file once everything is released.",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="With --dry-run: print versions and alarms as JSON.")
    ] = False,
) -> int:
    """Release new versions step by step, and watch alarms.

    A few calls move to the newest versions first, then all. If an alarm fires, everything moves
    back. Old versions are deleted.
    """
    if json and not dry_run:
        raise typer.BadParameter("add --dry-run.", param_hint=["--json"])
    from ops.release import command

    outputs, client = command.deployed(stack)
    return command.release(
        outputs,
        client,
        percent=percent,
        minutes=minutes,
        despite_alarms=despite_alarms,
        dry_run=dry_run,
        output=output,
        as_json=json,
    )


@commands.command(rich_help_panel=PANEL, epilog=_ROLLBACK)
def rollback(
    stack: Stack,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would move.")] = False,
    release: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Roll back only if this is the last release."),
    ] = None,
) -> int:
    """Roll the last release back at once, finished or not.

    Each function moves back to the version it had before that release.
    """
    from ops.release import command

    outputs, client = command.deployed(stack)
    return command.rollback(outputs, client, dry_run=dry_run, release=release)
