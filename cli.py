"""The one command line: ``app``. Each command imports what it needs when it runs."""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

# These modules import typer and nothing else, so that `app --help` is quick.
import blueprint.cost.cli
import blueprint.documents.cli
import blueprint.functions.cli
import blueprint.pin.cli
import blueprint.plan.cli
import local.cli
import ops.preflight.cli
import ops.redrive.cli
import ops.release.cli
import ops.smoke.cli
import ops.trace.cli
from ops.terminal import outlet, wants_colour

ROOT = Path(__file__).resolve().parent

_EPILOG = """
\b
Exit codes:
  0    done
  1    failed; the message says why
  2    wrong usage or configuration
  130  interrupted by Ctrl-C

`plan --exit-code`, `release` and `rollback` have more: see their --help.

\b
Start with:
  .venv/bin/app up
  .venv/bin/app --install-completion    for bash, zsh and fish
"""


@dataclass(frozen=True)
class Here:
    """This checkout, which every command gets as ``context.obj``."""

    root: Path

    def local_cloud(self) -> tuple[Mapping[str, Any], Any]:
        """Return the outputs of the running local cloud, and the function that makes its clients.

        Raises:
            NotRunning: no local cloud is running.
        """
        from local.aws import Aws
        from local.state import StateDirectory

        state = StateDirectory(self.root).load()
        return state.deployed.outputs, Aws(state.endpoint, state.region, state.credentials).client

    def progress(self, text: str) -> AbstractContextManager[object]:
        """Show what takes a while, in a terminal only."""
        if not sys.stderr.isatty():
            return nullcontext()
        from rich.console import Console

        return Console(stderr=True).status(text)


class _Commands(TyperGroup):
    """Lists commands by where they work, and turns a failure into one message."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (typer's)
        """Write one section for each place where commands work."""
        width = max(map(len, self.commands))
        sections: dict[str, list[tuple[str, str]]] = {}
        for name, command in self.commands.items():
            title = getattr(command, "rich_help_panel", None) or "Commands"
            row = (name.ljust(width), command.get_short_help_str(formatter.width - width - 6))
            sections.setdefault(title, []).append(row)
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)

    def invoke(self, ctx: Any) -> Any:
        """Run a command.

        Returns:
            The exit code.
        """
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.TyperException):
            raise  # no failure, or wrong usage: main reports that
        except KeyboardInterrupt:
            print("\nInterrupted.", file=sys.stderr)
            return 130
        except _expected_errors() as error:  # imported only once something has failed
            _say_error(_text(error))
            # Pulumi's own error is the program's, for a wrong configuration.
            return getattr(error, "exit_code", 2 if type(error).__name__ == "RunError" else 1)
        except OSError as error:
            # Each command reports its own files. All others are faults of this software.
            file = Path(os.fsdecode(error.filename or "/"))
            if not file.is_relative_to(ctx.obj.root):
                raise
            _say_error(f"{file}: {error.strerror}.")
            return 1


app = typer.Typer(
    cls=_Commands,
    help="Develop, deploy and operate this application.",
    epilog=_EPILOG,
    rich_markup_mode=None,  # its panels take three times as long, and read worse in a pipe
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(local.cli.commands)
app.add_typer(blueprint.plan.cli.commands)
app.add_typer(blueprint.cost.cli.commands)
app.add_typer(ops.preflight.cli.commands)
app.add_typer(ops.smoke.cli.commands)
app.add_typer(ops.release.cli.commands)
app.add_typer(ops.redrive.cli.commands)
app.add_typer(ops.trace.cli.commands)
app.add_typer(blueprint.documents.cli.commands)
app.add_typer(blueprint.functions.cli.commands)
app.add_typer(blueprint.pin.cli.commands)


@app.callback()
def _program() -> None:
    """Keep the name of a command necessary."""


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    """Run one command.

    Args:
        arguments: those of the process if left out.
        root: the project's folder.

    Returns:
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = app(given or ["--help"], prog_name="app", standalone_mode=False, obj=Here(root))
    except typer.TyperException as wrong:
        _say_error(_usage_error(wrong))
        if context := getattr(wrong, "ctx", None):
            print(f"{context.get_usage()}\nHelp: {context.command_path} --help", file=sys.stderr)
        return wrong.exit_code
    return code or 0 if given else 2


def run(root: Path = ROOT) -> NoReturn:
    """Run one command as this process, and end with its exit code."""
    sys.stdout, sys.stderr = outlet(sys.stdout, 1), outlet(sys.stderr, 2)
    # As an exception, so that whatever the command has begun is cleaned up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main(root=root))


def _expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose text is for the user. All others are faults of this software."""
    from botocore.exceptions import BotoCoreError, ClientError
    from pulumi import RunError

    from blueprint.functions.names import WrongName
    from blueprint.functions.requirements import RequirementsError
    from blueprint.functions.source import ProgramError
    from blueprint.plan.revision import PlanError
    from blueprint.project import ProjectError
    from blueprint.runner import ProgramFailed
    from local.errors import LocalError
    from ops.errors import OpsError

    program = (ProjectError, ProgramFailed, ProgramError, PlanError, RunError)
    return (
        LocalError,
        OpsError,
        WrongName,
        RequirementsError,
        *program,
        ClientError,
        BotoCoreError,
    )


def _text(error: Exception) -> str:
    from botocore.exceptions import HTTPClientError

    if isinstance(error, HTTPClientError):
        return f"{error} Check the network. If this is the local cloud, start it again: app up"
    return str(error)


def _usage_error(wrong: Any) -> str:
    """Return what is wrong with the arguments, without what only pydantic's users understand."""
    cause = wrong.__cause__
    if type(cause).__name__ == "ValidationError":  # of a choice or a number
        error = cause.errors()[0]
        own = error.get("ctx", {}).get("error")  # of a choice: it has the value, and the choices
        number = f"{error['input']!r} is not a whole number from {wrong.param.min}."
        wrong.message = str(own or number)
    return str(wrong.format_message()).replace("\n\t", " ")


def _say_error(text: str) -> None:
    print(
        f"{typer.style('error:', fg='red') if wants_colour(sys.stderr) else 'error:'} {text}",
        file=sys.stderr,
    )


if __name__ == "__main__":
    run()
