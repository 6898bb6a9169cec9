"""``python evaluate.py STACK``: evaluates this folder's program, for each line of input.

It runs under mocks. Answers with the seconds of processor time, and the number of resources.
"""

import gc
import sys
import time

from blueprint import recorder


def main() -> None:
    """Evaluate until the input ends."""
    for _ in sys.stdin:
        gc.collect()  # what the last evaluation left is not this one's
        begun = time.process_time()
        registered = recorder.run(sys.argv[1]).recorder.resources
        seconds = time.process_time() - begun
        sys.stdout.write(f"{seconds} {len(registered)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
