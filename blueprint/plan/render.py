"""Renders a plan: text for a terminal, JSON, and Markdown for a comment on a pull request."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from blueprint.plan.section import Section
from blueprint.plan.sections import Report

COMMENT = 65_536
"""Most characters that a comment on GitHub may have."""

NOT_A_PREVIEW = (
    "This compares two revisions of the program. It is not `pulumi preview`: it does not know what "
    "is deployed, nor which changes the provider makes by replacing a resource."
)


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What was compared.

    Attributes:
        stack: its name.
        before: the other revision.
        after: this one.
        notes: what a reader must know to judge the rest.
        command: command that prints the whole plan in a terminal.
    """

    stack: str
    before: str
    after: str
    notes: tuple[str, ...]
    command: str


def text(heading: Heading, report: Report) -> str:
    """Return the plan as text for a terminal."""
    parts = [f"Plan of stack {heading.stack}: {heading.before} → {heading.after}"]
    parts += [f"Note: {note}" for note in heading.notes]
    for section in report.sections:
        parts.append("\n".join([f"{section.title}: {section.summary}", *section.lines]))
    return "\n\n".join([*parts, NOT_A_PREVIEW]) + "\n"


def as_json(heading: Heading, report: Report) -> str:
    """Return the plan as JSON, for scripts."""
    return json.dumps(asdict(heading) | asdict(report), indent=2, ensure_ascii=False) + "\n"


def markdown(heading: Heading, report: Report, limit: int = COMMENT) -> str:
    """Return the plan as one comment of at most ``limit`` characters.

    Its first line is a mark by which the comment is found. If it would be too long, the longest
    sections are cut, with a note.
    """
    sections = list(report.sections)
    while len(written := _markdown(heading, report, sections)) > limit:
        longest = max(range(len(sections)), key=lambda i: sum(map(len, sections[i].lines)))
        if len(sections[longest].lines) < 2:  # hardly more than the heading is left
            return written[:limit]
        sections[longest] = _cut(sections[longest], len(written) - limit, heading.command)
    return written


def _markdown(heading: Heading, report: Report, sections: Sequence[Section]) -> str:
    parts = [
        f"<!-- plan of stack {heading.stack} -->",
        f"### Plan of stack `{heading.stack}`",
        f"{_escaped(heading.before)} → {_escaped(heading.after)}",
        *(f"> **Note:** {_escaped(note)}" for note in heading.notes),
        *(
            _details(section, opened=report.breaks and section.title == "API")
            for section in sections
        ),
        NOT_A_PREVIEW,
    ]
    return "\n\n".join(parts) + "\n"


def _details(section: Section, *, opened: bool) -> str:
    title = f"<b>{section.title}</b>: {section.summary}"
    if not section.lines:
        return title
    body = "\n".join(section.lines)
    # A fence must be longer than any in the text.
    fence = "`" * (max([2, *(len(run) for run in re.findall("`+", body))]) + 1)
    return (
        f"<details{' open' if opened else ''}><summary>{title}</summary>\n\n"
        f"{fence}diff\n{body}\n{fence}\n\n</details>"
    )


def _cut(section: Section, excess: int, command: str) -> Section:
    """Return a section without its last lines, as many as the excess and the note need."""
    kept = list(section.lines)
    left_out = 0
    note = ""
    while kept and excess + len(note) + 1 > 0:
        excess -= len(kept.pop()) + 1
        left_out += 1
        note = f"  ({left_out} more lines do not fit into a comment: {command})"
    return replace(section, lines=(*kept, note))


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&])", r"\\\1", text)
