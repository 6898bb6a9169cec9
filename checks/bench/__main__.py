"""Measure the scoreboard: a table, ``results.json`` and ``results.svg``.

Ratios compare with a floor that is measured in turn within the same run, so a change of the
machine's speed affects both.
"""

import argparse
import json
import platform
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from checks.bench import (
    BenchError,
    chart,
    cold,
    deploy,
    edit,
    edit_program,
    local_api,
    program,
    recorder,
    warm,
)
from checks.bench.functions import own_measurements
from checks.bench.scoreboard import Row, table
from local.errors import LocalError

FOLDER = Path(__file__).parent
LEAST_ROUNDS = 21

MEASUREMENTS: dict[str, Callable[[int], list[Row]]] = {
    "cold": cold.measure,
    "warm": warm.measure,
    "deploy": deploy.measure,
    "edit": edit.measure,
    "edit-program": edit_program.measure,
    "program": program.measure,
    "requests": local_api.measure,
    "recorder": recorder.measure,
    **own_measurements(),
}
"""What can be measured, by name: each takes a number of rounds, and gives its rows."""


def main() -> int:
    """Measure, and write the results."""
    # As Ctrl-C does: the emulator and the functions end with this process.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m checks.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)}")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="default: %(default)s")
    options = parser.parse_args()
    if unknown := set(options.names) - set(MEASUREMENTS):
        parser.error(f"no measurement {', '.join(unknown)}; there are: {', '.join(MEASUREMENTS)}")
    rows: list[Row] = []
    try:
        for name in options.names or MEASUREMENTS:
            rows += MEASUREMENTS[name](options.rounds)
    except (BenchError, LocalError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    print(table(rows))
    results = {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "machine": f"{platform.system()} {platform.machine()}",
        "rows": [row.as_json() for row in rows],
    }
    (FOLDER / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (FOLDER / "results.svg").write_text(chart.draw(rows))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
