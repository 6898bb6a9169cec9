"""Keeps the recorder's own errors away from the requests that it records."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_logger = logging.getLogger("recorder")


@contextmanager
def harmless() -> Iterator[None]:
    """Log any error of the block as the recorder's, and continue."""
    try:
        yield
    except Exception:  # see above
        _logger.exception("The recorder failed: something is missing in the history.")
