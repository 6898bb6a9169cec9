"""Kills functions at random moments, while a test goes on."""

import contextlib
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence

from local.cloud import Cloud
from local.kills import kill


@contextlib.contextmanager
def killing(
    cloud: Cloud, functions: Sequence[str], *, seed: int, every: tuple[float, float]
) -> Iterator[Counter[str]]:
    """Kill one of the functions after another, at random moments, until the block ends.

    Args:
        cloud: where they run.
        functions: logical names; which one is next is decided by the seed.
        seed: decides the moments, too.
        every: the least and the most seconds between two kills.

    Yields:
        How many execution environments of each function were killed.
    """
    killed: Counter[str] = Counter()
    dice, over = random.Random(seed), threading.Event()

    def run() -> None:
        while not over.wait(dice.uniform(*every)):
            function = dice.choice(functions)
            killed[function] += kill(cloud, function)

    thread = threading.Thread(target=run, name="kills")
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()
