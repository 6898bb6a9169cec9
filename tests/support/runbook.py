"""The runbook's sections, and the commands in them."""

import re
import textwrap
from dataclasses import dataclass, field

from blueprint.project import ROOT

RUNBOOK = ROOT / "docs" / "runbook.md"


@dataclass(frozen=True)
class Section:
    """``chapter``: the title above it. ``blocks``: language and text of each code block."""

    title: str
    chapter: str
    text: str
    blocks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        return anchor(self.title)

    def code(self, language: str) -> list[str]:
        return [text for name, text in self.blocks if name == language]


def anchor(title: str) -> str:
    """Write a title as GitHub does in a link to it."""
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def sections() -> list[Section]:
    """Return all sections in order; those of level two without what is in their own sections."""
    found: list[Section] = []
    chapter = ""
    parts = re.split(r"^(##+) (.+)\n", RUNBOOK.read_text(), flags=re.MULTILINE)[1:]
    for level, title, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        chapter = title if level == "##" else chapter
        found.append(Section(title, chapter, text, _blocks(text)))
    assert len(found) > 12
    return found


def section(title: str) -> Section:
    [found] = [s for s in sections() if s.title == title]
    return found


def _blocks(text: str) -> list[tuple[str, str]]:
    fences = re.findall(r"^( *)```(\w+)\n(.*?)^\1```$", text, flags=re.MULTILINE | re.DOTALL)
    return [(language, textwrap.dedent(code)) for _, language, code in fences]
