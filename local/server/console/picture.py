"""Draws the architecture as the program registers it, with what has passed along its arrows."""

import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec

from blueprint.documents.architecture_svg import draw
from blueprint.documents.diagram import Arrow, Diagram
from local.server.console.stage import Stage
from ops.events.model import Call, Cause

_SECONDS = 60
_MOST_CAUSES = 500
_lock = threading.Lock()
_drawn: dict[str, tuple[float, Diagram]] = {}


class NoPicture(Exception):
    """The program could not be read; the text says why."""


def svg(stage: Stage) -> str:
    """Return the picture as one SVG.

    Raises:
        NoPicture: the program fails as it is now.
    """
    diagram = _diagram(Path(stage.settings.root), stage.settings.stack)
    causes = stage.history.causes(limit=_MOST_CAUSES)
    passed, failed = _counts(causes)
    return draw(
        Diagram(
            {
                _with(name, passed["run", name], failed["run", name]): tuple(
                    _counted(arrow, name, passed, failed) for arrow in arrows
                )
                for name, arrows in diagram.functions.items()
            },
            diagram.stores,
        )
    )


def _counts(causes: list[Cause]) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Return how often functions ran and stores were called, and how many of these failed."""
    passed: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    seen: set[str] = set()
    for cause in causes:
        for letter in cause.dead_letters:
            passed["letter", letter.queue] += 1
        for run in cause.invocations:
            if run.id in seen:
                continue
            seen.add(run.id)
            passed["run", run.function] += 1
            failed["run", run.function] += bool(run.failure or run.failed_items)
            for call in run.calls:
                key = run.function, _store(call)
                passed[key] += 1
                failed[key] += bool(call.denied or (call.error and "Conditional" not in call.error))
    return passed, failed


def _store(call: Call) -> str:
    return "mail" if call.service == "ses" else (call.resource or "").partition("/")[0]


def _counted(
    arrow: Arrow,
    function: str,
    passed: Counter[tuple[str, str]],
    failed: Counter[tuple[str, str]],
) -> Arrow:
    key = {
        "grant": (function, arrow.end),
        "failure": ("letter", arrow.end),
    }.get(arrow.kind, ("run", function))
    bad = passed[key] if arrow.kind == "failure" else failed[key]
    return replace(arrow, label=_with(arrow.label, passed[key], bad), trouble=bad > 0)


def _with(text: str, passed: int, failed: int) -> str:
    """Return a label with its counts."""
    if not passed:
        return text
    return f"{text} · {passed}" + (f", {failed} failed" if failed else "")


def _diagram(root: Path, stack: str) -> Diagram:
    """Return the diagram of the program as it is now; reading it takes a second or two."""
    files = [root / "__main__.py", root / "config.py", root / f"Pulumi.{stack}.yaml"]
    files += (root / "features").glob("*.py")
    newest = max(path.stat().st_mtime for path in files if path.exists())
    with _lock:
        known = _drawn.get(stack)
        if known is None or known[0] != newest:
            command = [sys.executable, "-m", "blueprint.documents.as_json", stack]
            ended = subprocess.run(
                command, cwd=root, capture_output=True, timeout=_SECONDS, check=False
            )
            if ended.returncode:
                lines = ended.stderr.decode(errors="replace").strip().splitlines()
                raise NoPicture("\n".join(lines[-5:]) or "The program failed.")
            known = newest, msgspec.json.decode(ended.stdout, type=Diagram)
            _drawn[stack] = known
        return known[1]
