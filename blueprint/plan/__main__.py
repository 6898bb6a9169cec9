"""Show what this tree's program changes in a stack, against another revision.

Ends with 0; with --exit-code, 2 where something changes, and 3 where that breaks callers of the
API; with 1 where there is no plan, and 130 after Ctrl-C.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from blueprint.plan import render
from blueprint.plan.command import plan
from blueprint.plan.revision import PlanError


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """End with 1: 2 says that something changes."""
        self.print_usage(sys.stderr)
        self.exit(1, f"error: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the plan."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        heading, found = plan(options.stack, options.against)
    except PlanError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    markdown = options.format == "markdown"
    sys.stdout.write(
        render.markdown(heading, found, options.limit) if markdown else render.text(heading, found)
    )
    if not options.exit_code or not found.changed:
        return 0
    return 3 if found.breaks else 2


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m blueprint.plan",
        description="What this tree's program changes in a stack, against another revision's.",
        epilog="Needs git, and neither a cloud nor Pulumi's CLI. Ends with 1 if there is no plan.",
    )
    parser.add_argument("stack", metavar="STACK", help="whose Pulumi.STACK.yaml configures it")
    parser.add_argument(
        "--against",
        metavar="REVISION",
        help="the other revision (default: where this branch left origin/main, or main)",
    )
    parser.add_argument("--format", choices=("text", "markdown"), default="text")
    parser.add_argument(
        "--limit",
        type=int,
        default=render.COMMENT,
        metavar="CHARACTERS",
        help="of Markdown: longer sections are cut, and say so (default: GitHub's, %(default)s)",
    )
    parser.add_argument(
        "--exit-code",
        action="store_true",
        help="end with 2 where something changes, 3 where that breaks callers of the API",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
