"""Evaluates the program in this folder once for each line of input: ``python evaluate.py STACK``.

For each line it prints the seconds of processor time and the number of resources.
"""

import gc
import sys
import time
from pathlib import Path

from blueprint import recorder


def main() -> None:
    """Evaluate until the input ends."""
    for _ in sys.stdin:
        gc.collect()  # the garbage of the last evaluation does not count for this one
        begun = time.process_time()
        registered = recorder.run(sys.argv[1], folder=Path.cwd()).recorder.resources
        seconds = time.process_time() - begun
        sys.stdout.write(f"{seconds} {len(registered)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
