"""The edge of a function that nobody waits for, at which errors become one that says nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from handlers.runtime import log

FAILED = "failed"
"""Outcome of a run that is to be made again."""


class Failed(Exception):
    """The run failed, as its log says. AWS invokes the function again with the same event."""


@contextmanager
def reported() -> Iterator[None]:
    """Log any error of what is done inside (outcome ``failed``), and raise ``Failed`` in its place.

    The runtime writes the text of an error that leaves a function into its log and its trace, and
    Lambda sends it with the event to the failures queue. AWS's own texts quote what they were sent,
    names and addresses perhaps.

    Raises:
        Failed: an error came; neither its text nor a cause holds anything of it.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the edge of the function, see above
        log.failure(FAILED, error)
        raise Failed("this run failed; the log says why, under the outcome `failed`") from None
