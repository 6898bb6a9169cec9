"""Errors of asynchronous functions: logged in full, and raised without details."""

from collections.abc import Iterator
from contextlib import contextmanager

from handlers.runtime import log

FAILED = "failed"
"""Outcome of a run that AWS must repeat."""


class Failed(Exception):
    """The run failed, as its log says. AWS invokes the function again with the same event."""


@contextmanager
def failures_without_details() -> Iterator[None]:
    """Log any error of the block (outcome ``failed``), and raise ``Failed`` in its place.

    The runtime writes the text of an error that leaves a function into its log and its trace, and
    Lambda sends it with the event to the failures queue. The texts of AWS's errors quote their
    input, which may be a name or an address.

    Raises:
        Failed: an error occurred. Neither the text nor the cause of this error repeats it.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the outer edge of the function, see above
        log.failure(FAILED, error)
        raise Failed("this run failed; the log says why, under the outcome `failed`") from None
