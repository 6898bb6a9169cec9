"""Compares this tree's program with another revision's."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from blueprint.plan import render
from blueprint.plan.revision import Revision, extract, find
from blueprint.plan.sections import Report, report
from blueprint.plan.snapshot import Snapshot, take_snapshots
from blueprint.project import ROOT, check_stack, has_stack

HERE = "this tree"
PIN = re.compile(r"^([A-Za-z0-9._-]+(?:\[[^]]*\])?==\S+)", re.MULTILINE)


def plan(stack: str, against: str | None) -> tuple[render.Heading, Report]:
    """Compare this tree's program with a revision's.

    Raises:
        ProjectError: neither tree configures the stack.
        PlanError: there is no such revision, or a program cannot be evaluated.
    """
    revision = find(against)
    with tempfile.TemporaryDirectory(prefix="plan-") as folder:
        # A temporary folder's path may hold a link; the paths of a program are resolved.
        other = Path(folder).resolve()
        extract(revision, other)
        trees = {str(revision): other, HERE: ROOT}
        check_stack(stack, *trees.values())
        before, after = take_snapshots(trees, stack)
        notes = (*_emulator_note(after), *_notes(stack, revision, trees, before))
    heading = render.Heading(
        stack=stack,
        before=str(revision),
        after=HERE,
        notes=notes,
        command=f"app plan {stack} --against {revision.commit[:10]}",
    )
    return heading, report(before, after)


def _notes(
    stack: str, revision: Revision, trees: Mapping[str, Path], before: Snapshot
) -> tuple[str, ...]:
    without = [name for name, tree in trees.items() if not has_stack(tree, stack)]
    notes = [f"There is no stack {stack} in {name}." for name in without]
    if has_stack(trees[str(revision)], stack) and not before.openapi:
        notes.append(f"{revision} has no openapi.json: the APIs are not compared.")
    old, new = (_pins(tree) for tree in trees.values())
    if old != new:
        notes.append(
            f"requirements.txt differs from that of {revision}; both programs ran with the "
            f"packages installed here. There: {', '.join(sorted(old - new)) or 'none else'}. "
            f"Here: {', '.join(sorted(new - old)) or 'none else'}."
        )
    return tuple(notes)


def _emulator_note(after: Snapshot) -> Iterator[str]:
    if after.emulator:
        yield (
            f"This stack is deployed to the emulator at {after.emulator}, not to AWS. No policy "
            "refuses calls without TLS."
        )


def _pins(tree: Path) -> set[str]:
    path = tree / "requirements.txt"
    return set(PIN.findall(path.read_text())) if path.is_file() else set()
