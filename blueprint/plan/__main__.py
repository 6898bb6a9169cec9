"""Show what this tree's program changes in a stack, against another revision.

Ends with 0; with --exit-code, 2 where something changes, and 3 where that breaks callers of the
API; with 1 where there is no plan, and 130 after Ctrl-C.
"""

import argparse
import re
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from blueprint.plan import render
from blueprint.plan.revision import PlanError, Revision, extract, find
from blueprint.plan.sections import Report, report
from blueprint.plan.snapshot import has, take
from blueprint.recorder import ROOT

HERE = "this tree"
PIN = re.compile(r"^([A-Za-z0-9._-]+(?:\[[^]]*\])?==\S+)", re.MULTILINE)


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


def plan(stack: str, against: str | None) -> tuple[render.Heading, Report]:
    """Compare this tree's program with a revision's.

    Raises:
        PlanError: there is no such stack or revision, or a program cannot be evaluated.
    """
    revision = find(against)
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        # The way to a temporary folder may be a link, and a program's paths are real ones.
        other = Path(folder).resolve()
        extract(revision, other)
        trees = {str(revision): other, HERE: ROOT}
        _check(stack, trees)
        before, after = take(trees, stack)
        notes = _notes(stack, revision, trees)
    heading = render.Heading(
        stack=stack,
        before=str(revision),
        after=HERE,
        notes=notes,
        command=f"make plan STACK={stack} AGAINST={revision.commit[:10]}",
    )
    return heading, report(before, after)


def _check(stack: str, trees: Mapping[str, Path]) -> None:
    if not any(has(tree, stack) for tree in trees.values()):
        files = (path for tree in trees.values() for path in tree.glob("Pulumi.*.yaml"))
        stacks = sorted({path.name.split(".")[1] for path in files})
        raise PlanError(f"there is no stack {stack!r}; there are: {', '.join(stacks)}")


def _notes(stack: str, revision: Revision, trees: Mapping[str, Path]) -> tuple[str, ...]:
    without = [name for name, tree in trees.items() if not has(tree, stack)]
    notes = [f"There is no stack {stack} in {name}." for name in without]
    old, new = (_pins(tree) for tree in trees.values())
    if old != new:
        notes.append(
            f"requirements.txt differs from that of {revision}; both programs ran with the "
            f"packages installed here. There: {', '.join(sorted(old - new)) or 'none else'}. "
            f"Here: {', '.join(sorted(new - old)) or 'none else'}."
        )
    return tuple(notes)


def _pins(tree: Path) -> set[str]:
    return set(PIN.findall((tree / "requirements.txt").read_text()))


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
