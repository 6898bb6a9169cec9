"""Draws the architecture as the program registers it, with what has passed along its arrows."""

import re
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
_VERBS = {
    "TransactWriteItems": "put", "BatchWriteItem": "put", "CopyObject": "put", "HeadObject": "get",
    "CreateMultipartUpload": "put", "UploadPart": "put", "CompleteMultipartUpload": "put",
}  # fmt: skip
"""Operations whose action has another name."""

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
                _label_with_counts(name, passed["run", name], failed["run", name]): tuple(
                    _arrow_with_counts(arrow, name, passed, failed) for arrow in arrows
                )
                for name, arrows in diagram.functions.items()
            },
            diagram.stores,
        )
    )


def _counts(causes: list[Cause]) -> tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]:
    """Return how often functions ran and stores were called, and how many of these failed."""
    passed: Counter[tuple[str, ...]] = Counter()
    failed: Counter[tuple[str, ...]] = Counter()
    seen: set[str] = set()
    for cause in causes:
        for letter in cause.dead_letters:
            passed["letter", letter.queue] += 1
        for run in cause.invocations:
            if run.id in seen or run.attempt > 1:  # repeats of an event count once
                continue
            seen.add(run.id)
            passed["run", run.function] += 1
            failed["run", run.function] += bool(run.failure or run.failed_items)
            for call in run.calls:
                key = run.function, _store(call), _verb(call.operation)
                passed[key] += 1
                failed[key] += bool(call.denied or (call.error and "Conditional" not in call.error))
    return passed, failed


def _store(call: Call) -> str:
    return (
        "mail" if call.service in ("ses", "sendgrid") else (call.resource or "").partition("/")[0]
    )


def _verb(operation: str) -> str:
    """Return the word by which an arrow's label names an operation: its action's verb."""
    return _VERBS.get(operation) or re.findall("[A-Z][a-z]+", operation)[0].lower()


def _arrow_with_counts(
    arrow: Arrow,
    function: str,
    passed: Counter[tuple[str, ...]],
    failed: Counter[tuple[str, ...]],
) -> Arrow:
    keys: list[tuple[str, ...]] = [("run", function)]
    if arrow.kind == "failure":
        keys = [("letter", arrow.end)]
    elif arrow.kind == "grant":
        words = re.findall("[a-z]+", arrow.label)
        keys = [key for key in passed if key[:2] == (function, arrow.end) and key[-1] in words]
    count, bad = (sum(counter[key] for key in keys) for counter in (passed, failed))
    trouble = bad > 0 or (arrow.kind == "failure" and count > 0)
    return replace(arrow, label=_label_with_counts(arrow.label, count, bad), trouble=trouble)


def _label_with_counts(text: str, passed: int, failed: int) -> str:
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
