"""Ends causes that still ran when the local cloud was stopped."""

from ops.events.model import Cause, Failure


def interrupted(cause: Cause) -> Cause:
    """Return a cause with its unfinished invocations marked as failed: nothing will end them."""
    for run in cause.invocations:
        if run.duration_ms is None and run.failure is None:
            run.failure = Failure("Interrupted", "The local cloud was stopped.")
    cause.outcome = "failed"
    return cause
