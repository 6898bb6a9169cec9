"""Chooses where starts are measured: in the functions' images, or as workers without Docker.

Every handler starts in a container or folder that already exists, so that only its own start
counts. All bytecode is compiled before, and none is written.
"""

import contextlib
from collections.abc import Iterator

from checks.bench.image_probes import in_images, problem
from checks.bench.running_probe import Probes
from checks.bench.worker_probes import as_workers


@contextlib.contextmanager
def choose(functions: list[str]) -> Iterator[Probes]:
    """Use images if Docker is running, else workers."""
    reason = problem()
    chosen = in_images(functions) if reason is None else as_workers(functions, reason)
    with chosen as probes:
        yield probes
