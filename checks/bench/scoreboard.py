"""Defines the rows of the scoreboard, each a ratio within one run."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured value.

    Attributes:
        group: what is measured, the same for what is to be compared: a panel of the picture.
        name: the code that is measured.
        value: the ratio to ``floor``, a time, or a count.
        unit: ``x`` for ratios, ``µs``, or what is counted.
        goal: the value is to be at most this, if there is a goal.
        ours: whether it is this project's; others are there to compare with.
        how: how it was measured, and over what.
        rounds: how often; 1 for counts.
        seconds: the median behind a ratio or a time; None for counts.
        floor_seconds: the floor's median, by which a ratio was divided.
        times_ours: for a time of others, its ratio to ours.
    """

    group: str
    name: str
    value: float
    unit: str = "x"
    goal: float | None
    ours: bool = True
    how: str
    rounds: int = 1
    seconds: float | None = None
    floor_seconds: float | None = None
    times_ours: float | None = None

    @property
    def reached(self) -> bool | None:
        """True if the goal is reached; None if there is no goal."""
        return None if self.goal is None else self.value <= self.goal

    def as_json(self) -> dict[str, Any]:
        """Return what ``results.json`` holds of it."""
        return {**asdict(self), "reached": self.reached}


def ratio(times: Sequence[float], floor: Sequence[float], **about: Any) -> Row:
    """Return a row with the ratio of two medians, of seconds that were measured in turn."""
    seconds, least = statistics.median(times), statistics.median(floor)
    return Row(
        value=seconds / least,
        rounds=len(times),
        seconds=seconds,
        floor_seconds=least,
        **about,
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text, by group, with the method of each group."""
    lines = []
    for group in dict.fromkeys(row.group for row in rows):
        rows_of_group = [row for row in rows if row.group == group]
        lines += ["", f"{group}: {rows_of_group[0].how}" + _rounds(rows_of_group[0])]
        lines += [_line(row) for row in rows_of_group]
    return "\n".join(lines[1:])


def _rounds(row: Row) -> str:
    return f", medians of {row.rounds} rounds" if row.seconds is not None else ""


def _line(row: Row) -> str:
    value = f"{row.value:.2f} x" if row.unit == "x" else f"{row.value:,.0f} {row.unit}"
    verdict = {None: "", True: "reached", False: "MISSED"}[row.reached]
    goal = "" if row.goal is None else f"at most {row.goal:,}".removesuffix(".0")
    return f"  {row.name:<28} {value:>18} {_beside(row):>11}   {goal:<20} {verdict}".rstrip()


def _beside(row: Row) -> str:
    if row.times_ours is not None:
        return f"{row.times_ours:.1f} x ours"
    return f"{1000 * row.seconds:.0f} ms" if row.seconds is not None and row.unit == "x" else ""
