"""The command line: ``python -m local``."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ops.redrive import arguments as redrive_arguments

PORT = 4566

_EPILOG = """\
examples:
  python -m local up                          start, deploy, follow the logs; Ctrl-C stops
  python -m local up --detach --port 4567     start and leave it running
  python -m local outputs                     the API's URL, the bucket's name, …
  python -m local outputs api_gateway_url     one of them, for scripts
  python -m local logs create-user --follow
  python -m local down

exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted before it was done
"""


def main(arguments: Sequence[str] | None = None, *, root: Path | None = None) -> int:
    """Run one command.

    Args:
        arguments: instead of those of the process.
        root: the project's folder, instead of the one that this package is in.

    Returns:
        The exit code.
    """
    try:
        options = _parser().parse_args(arguments)
        return _run(options, root)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has had enough, as in `logs | head`. Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(options: argparse.Namespace, root: Path | None) -> int:
    # Here, so that --help answers at once and Ctrl-C during an import ends quietly.
    from local import commands
    from local.aws import AwsError, explain
    from local.errors import LocalError
    from local.project import ROOT
    from local.state import StateDirectory

    given = dict(vars(options))
    name = given.pop("command")
    directory = StateDirectory(root or ROOT)
    try:
        if name == "up":
            from local.up import up

            return up(directory, **given)
        run: Callable[..., int] = getattr(commands, name)
        return run(directory, **given)
    except LocalError as error:
        print(f"error: {error}", file=sys.stderr)
    except AwsError as error:
        print(f"error: the emulator refused: {explain(error)}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Runs the whole application on this machine: the Pulumi program of this "
        "project, deployed to an AWS emulator on loopback. No cloud account is needed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def verb(name: str, summary: str, *examples: str) -> argparse.ArgumentParser:
        lines = "\n".join(f"  python -m local {example}" for example in examples)
        return verbs.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            epilog=f"examples:\n{lines}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    up = verb(
        "up",
        "start the emulator, deploy the stack, follow the logs",
        "up",
        "up --detach",
        "up --port 4567",
        "up --no-docker",
    )
    up.add_argument("--detach", action="store_true", help="leave it running and return")
    up.add_argument(
        "--docker",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="run functions as containers of their images, or as local Python workers; "
        "if left out: containers where a Docker engine answers",
    )
    up.add_argument("--port", type=_port, default=PORT, help="the emulator's port (%(default)s)")
    up.add_argument("--stack", default="local", help="Pulumi.STACK.yaml to use (%(default)s)")

    outputs = verb(
        "outputs",
        "print the stack's outputs as JSON, or one as it is",
        "outputs",
        "outputs api_gateway_url",
    )
    outputs.add_argument("name", nargs="?", metavar="NAME", help="only this one's value")

    logs = verb("logs", "print the functions' logs", "logs", "logs create-user --follow")
    logs.add_argument("function", nargs="?", metavar="FUNCTION", help="only this one's")
    logs.add_argument("-f", "--follow", action="store_true", help="wait for more until Ctrl-C")

    invoke = verb(
        "invoke",
        "invoke a function and print its answer",
        "invoke cleanup-expired",
        "invoke create-user tests/functions/create_user/event.json",
        "invoke create-user - < event.json",
    )
    invoke.add_argument("function", metavar="FUNCTION", help="such as create-user")
    invoke.add_argument(
        "event",
        nargs="?",
        metavar="EVENT.json",
        help="the event; - reads standard input; an empty object if left out",
    )

    token = verb(
        "token",
        "print an access token, where the API asks for one",
        "token",
        "token --scope serverless-app/users.read",
    )
    token.add_argument(
        "--scope",
        action="append",
        metavar="SCOPE",
        help="only this one, or these if repeated; all if left out",
    )

    mail = verb("mail", "print the e-mails that were sent", "mail", "mail --json")
    mail.add_argument("--json", dest="as_json", action="store_true", help="everything, as JSON")

    upload = verb(
        "upload",
        "store a file in the bucket",
        "upload tests/functions/process_upload/picture.jpg",
        "upload report.pdf uploads/2026/report.pdf",
    )
    upload.add_argument("file", type=Path, metavar="FILE")
    upload.add_argument("key", nargs="?", metavar="KEY", help="uploads/FILE if left out")

    files = verb("files", "list the files in the bucket", "files", "files processed/")
    files.add_argument("prefix", nargs="?", default="", metavar="PREFIX", help="only under this")

    download = verb(
        "download",
        "write a file of the bucket to this machine",
        "download processed/picture.jpg/thumbnail.jpg",
        "download reports/2026-11-22.html report.html",
    )
    download.add_argument("key", metavar="KEY")
    download.add_argument("file", nargs="?", type=Path, metavar="FILE", help="KEY's last part")

    redrive_arguments.add_to(
        verb(
            "redrive",
            "show what is in a dead-letter queue, and have it processed again",
            "redrive",
            "redrive emails-dead-letters --dry-run",
            "redrive emails-dead-letters",
        )
    )

    verb("down", "stop everything that `up` has started", "down")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; give a number from 1 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
