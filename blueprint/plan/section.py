"""A section of a plan, and the layout of its lines."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_WIDTH = 80


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the plan: its title, a summary, and lines that begin with +, -, ~ or a space."""

    title: str
    summary: str
    lines: tuple[str, ...] = ()


def table(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return rows with their cells aligned; each row begins with +, -, ~ or a space."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)][1:]
    return tuple(
        "  ".join([sign, *(c.ljust(w) for c, w in zip(cells, widths, strict=True))]).rstrip()
        for sign, *cells in rows
    )


def folded(title: str, summary: str, lines: Iterable[str]) -> Section:
    """Return a section with long lines folded, to fit in a terminal."""
    wrapper = textwrap.TextWrapper(
        _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )
    parts = tuple(part for line in lines for part in wrapper.wrap(line))
    return Section(title=title, summary=summary, lines=parts)


def change_summary(signs: Mapping[str, int]) -> str:
    """Return how many were added, changed and removed, by sign."""
    words = {"+": "added", "~": "changed", "-": "removed"}
    parts = [f"{signs[sign]} {word}" for sign, word in words.items() if signs.get(sign)]
    return ", ".join(parts) or "no change"
