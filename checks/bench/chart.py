"""Draws a scoreboard: a panel for each group of ratios or times, a bar for each row."""

import math
from collections.abc import Sequence

from blueprint.documents.svg import svg_text
from checks.bench.scoreboard import Row

_WIDTH = 760
_LABELS = 200
_VALUES = 60
_BAR = 16
_STEP = 24
_HEAD = 46
_FOOT = 30
_DIGITS = {"x": 1, "µs": 0}
"""What is drawn, by unit, and the digits behind the point."""

_LEGEND = "green: ours, orange: over the dashed goal, grey: what others write, blue: the floor"

# A picture in a page knows whether its reader prefers a dark one; colours differ in lightness too.
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 15px }
.note { font-size: 11px; fill: #57606a }
.ours { fill: #1a7f37 } .missed { fill: #bc4c00 } .other { fill: #8c959f } .floor { fill: #54aeff }
.goal { stroke: #cf222e; stroke-width: 2; stroke-dasharray: 4 2 }
.grid { stroke: #d0d7de; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .note { fill: #9198a1 }
  .ours { fill: #3fb950 } .missed { fill: #f0883e }
  .other { fill: #6e7681 } .floor { fill: #388bfd }
  .goal { stroke: #ff7b72 } .grid { stroke: #3d444d }
}
"""


def draw(rows: Sequence[Row]) -> str:
    """Draw the rows that are ratios or times, as one SVG."""
    drawn = [row for row in rows if row.unit in _DIGITS]
    parts: list[str] = []
    top = 0
    for group in dict.fromkeys(row.group for row in drawn):
        rows_of_group = [row for row in drawn if row.group == group]
        parts += _panel(rows_of_group, top)
        top += _HEAD + _STEP * len(rows_of_group) + _FOOT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" '
        f'width="{_WIDTH}" height="{top}" role="img">\n<style>{_STYLE}</style>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _panel(rows: Sequence[Row], top: int) -> list[str]:
    """Draw one group: its title, how it was measured, bars from zero, and its goals."""
    most = math.ceil(max(row.value for row in rows))
    scale = (_WIDTH - _LABELS - _VALUES) / most
    how = f"{rows[0].how.partition(',')[0]}; {rows[0].rounds} rounds"
    parts = [
        svg_text(0, top + 16, rows[0].group, "title"),
        svg_text(0, top + 33, f"{how}; {_LEGEND}", "note"),
    ]
    bottom = top + _HEAD + _STEP * len(rows)
    unit = rows[0].unit
    for tick in range(0, most + 1, _step(most)):
        x = _LABELS + tick * scale
        parts.append(_line(x, top + _HEAD, x, bottom, "grid"))
        parts.append(svg_text(x, bottom + 14, f"{tick} {unit}", "note", "middle"))
    for position, row in enumerate(rows):
        y = top + _HEAD + _STEP * position
        width = row.value * scale
        parts.append(svg_text(_LABELS - 8, y + 16, row.name, "", "end"))
        parts.append(
            f'<rect class="{_kind(row)}" x="{_LABELS}" y="{y + 4}" '
            f'width="{width:.1f}" height="{_BAR}"/>'
        )
        parts.append(
            svg_text(_WIDTH - 4, y + 16, f"{row.value:.{_DIGITS[unit]}f} {unit}", "", "end")
        )
        if row.goal is not None:
            x = _LABELS + row.goal * scale
            parts.append(_line(x, y + 1, x, y + _STEP - 1, "goal"))
    return parts


def _step(most: int) -> int:
    """Return a round step between ticks: six ticks at most after the first."""
    least = max(1, most / 6)
    power = int(10 ** math.floor(math.log10(least)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _kind(row: Row) -> str:
    if row.seconds == row.floor_seconds:
        return "floor"
    if not row.ours:
        return "other"
    return "missed" if row.reached is False else "ours"


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'
