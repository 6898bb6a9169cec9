"""Evaluates the program of the folder that this file is in, under mocks, for each line of input.

Answers with the seconds of processor time that it took, and how many resources it registered.
"""

import gc
import sys
import time

from infra import recorder

STACK = "prod"


def main() -> None:
    """Evaluate until the input ends."""
    for _ in sys.stdin:
        gc.collect()  # what the last evaluation left is not this one's
        begun = time.process_time()
        registered = recorder.run(STACK).recorder.resources
        seconds = time.process_time() - begun
        sys.stdout.write(f"{seconds} {len(registered)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
