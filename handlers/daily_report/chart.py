"""A bar chart of daily counts, as SVG inside a page."""

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

Values = Sequence[tuple[date, int | None]]
"""A count for each day, oldest first; ``None`` where there is no report."""

_WIDTH, _HEIGHT = 280, 148
_LEFT, _TOP, _BASE = 30, 10, 124  # of the plot; labels are to the left and below
_UNITS = ((1_000_000_000, "bn"), (1_000_000, "m"), (1_000, "k"))


def bar_chart(*, slug: str, title: str, values: Values) -> str:
    """Return a chart with a bar for each day, the last one emphasised, and gaps hatched.

    Args:
        slug: makes the ids unique in the page.
        title: what is counted. Screen readers read it out, with a summary of the figures.
        values: at least one day.
    """
    step = (_WIDTH - _LEFT) / len(values)
    top = ceiling(max((count for _, count in values if count is not None), default=0))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'aria-labelledby="{slug}-title {slug}-desc">',
        f'<title id="{slug}-title">{escape(title)}</title>',
        f'<desc id="{slug}-desc">{escape(_summary(values))}</desc>',
        f'<defs><pattern id="{slug}-gap" width="5" height="5" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect class="hatch" width="1.2" height="5"/></pattern>'
        "</defs>",
        *(_gridline(count, top) for count in (top, top // 2, 0)),
    ]
    for missing, run in groupby(enumerate(values), key=lambda item: item[1][1] is None):
        if missing:
            days = list(run)
            first, last = days[0], days[-1]
            parts.append(
                f'<rect fill="url(#{slug}-gap)" x="{_LEFT + first[0] * step:.1f}" y="{_TOP}" '
                f'width="{len(days) * step:.1f}" height="{_BASE - _TOP}">'
                f"<title>{_span(first[1][0], last[1][0])}: no report</title></rect>"
            )
        else:
            parts += [
                _bar(day, count or 0, top, _LEFT + index * step, step, last=day == values[-1][0])
                for index, (day, count) in run
            ]
    # Labels for the last day and the same weekday before it; each ends where its bar does.
    for index in range(len(values) - 1, -1, -7):
        parts.append(
            f'<text class="tick" text-anchor="end" x="{_LEFT + (index + 1) * step:.1f}" '
            f'y="{_BASE + 16}">{short(values[index][0])}</text>'
        )
    return "\n".join([*parts, "</svg>"])


def ceiling(count: int) -> int:
    """Return the top of an axis: the next even number of one digit and zeros, or 10, 100, ….

    It is even, so that half of it is a whole number too.
    """
    power = 1
    while count > 10 * power:
        power *= 10
    return max(2, -(-count // (2 * power)) * 2 * power)


def short(day: date) -> str:
    """Format a day for a label, such as ``22 Nov``."""
    return f"{day.day} {day:%b}"


def _bar(day: date, count: int, top: int, x: float, step: float, *, last: bool) -> str:
    # A zero is a thin bar, because the day was reported, unlike a gap.
    height = max((_BASE - _TOP) * count / top, 1.0)
    return (
        f'<rect class="bar{" last" if last else ""}" x="{x + step * 0.14:.1f}" '
        f'y="{_BASE - height:.1f}" width="{step * 0.72:.1f}" height="{height:.1f}" rx="1.5">'
        f"<title>{short(day)}: {count:,}</title></rect>"
    )


def _gridline(count: int, top: int) -> str:
    y = _BASE - (_BASE - _TOP) * count / top
    return (
        f'<line class="{"grid" if count else "base"}" x1="{_LEFT}" x2="{_WIDTH}" '
        f'y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" text-anchor="end" x="{_LEFT - 5}" y="{y + 3.5:.1f}">'
        f"{_compact(count)}</text>"
    )


def _compact(count: int) -> str:
    for size, unit in _UNITS:
        if count >= size:
            return f"{count // size}{unit}"
    return str(count)


def _span(first: date, last: date) -> str:
    return short(first) if first == last else f"{short(first)} to {short(last)}"


def _summary(values: Values) -> str:
    counts = [(count, day) for day, count in values if count is not None]
    text = f"Bar chart by day, {_span(values[0][0], values[-1][0])}."
    if counts:
        lowest, highest = min(counts), max(counts)
        text += (
            f" Lowest {lowest[0]:,} on {short(lowest[1])},"
            f" highest {highest[0]:,} on {short(highest[1])}."
        )
    if gaps := len(values) - len(counts):
        text += f" No report for {gaps} of {len(values)} days."
    return text
