"""``python -m checks.bench.check``: fails if the counts of a function's start exceed their limits.

Counts of files, modules and bytes do not depend on the machine or its load, so this runs before
every change lands. The limits are in ``checks/bench/cold.py``.
"""

import signal
import sys
from collections.abc import Sequence

from checks.bench import BenchError, cold
from checks.bench.scoreboard import Row, table
from local.errors import LocalError


def exceeded(rows: Sequence[Row]) -> list[str]:
    """Describe the counts that exceed their limits."""
    return [
        f"{row.name}: {row.group}: {row.value:,.0f}, at most {row.goal:,} are allowed"
        for row in rows
        if row.goal is not None and row.value > row.goal
    ]


def main() -> int:
    """Count, and return 1 if a limit is exceeded, 2 if nothing can be counted."""
    # As Ctrl-C does: the emulator and the functions end with this process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        rows = cold.count()
    except (BenchError, LocalError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    print(table(rows))
    problems = exceeded(rows)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if problems:
        sys.stderr.write(
            "If the growth is intended, raise the limit in checks/bench/cold.py "
            "or in tests/functions/<function>/bench.py.\n"
        )
    return 1 if problems else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
