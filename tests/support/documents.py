"""The documents that people read, and the commands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

from blueprint.project import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"
"""It names commands that no longer exist."""

GUIDES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def code(document: Path) -> Iterator[str]:
    """Yield the document's code: blocks of shell commands, and text between backticks."""
    text = document.read_text()
    yield from re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    yield from re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def matches_in_guides(pattern: str, *, least: int = 4) -> set[tuple[str, str]]:
    """Return the document and the pattern's group of each match in code; fail below ``least``."""
    matches = {
        (document.name, match)
        for document in GUIDES
        for piece in code(document)
        for match in re.findall(pattern, piece)
    }
    assert len(matches) >= least, pattern
    return matches
