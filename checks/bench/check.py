"""``python -m checks.bench.check``: fails where a function's start has grown, by counts alone.

Files, modules, bytes and bytecode are the same on a slow machine and on a fast one, busy or not; so
this runs before every change lands. The limits are in ``checks/bench/cold.py``.
"""

import sys
from collections.abc import Sequence

from checks.bench import BenchError, cold
from checks.bench.scoreboard import Row, table


def exceeded(rows: Sequence[Row]) -> list[str]:
    """Name the counts that exceed their limits."""
    return [
        f"{row.name}: {row.group}: {row.value:,.0f}, at most {row.goal:,} are allowed"
        for row in rows
        if row.goal is not None and row.value > row.goal
    ]


def main() -> int:
    """Count, and compare."""
    try:
        rows = cold.count()
    except BenchError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    print(table(rows))
    problems = exceeded(rows)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if problems:
        sys.stderr.write("What grew on purpose has its limit raised in checks/bench/cold.py.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
