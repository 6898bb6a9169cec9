"""Both parts of the cleanup, within one invocation's time."""

from collections.abc import Callable

from handlers.cleanup_expired.expired import Expired
from handlers.cleanup_expired.welcomes import Welcomes

MARGIN_SECONDS = 10
"""Time left at which a run stops: enough for the current user or entry, including a retry."""


def clean_up(
    welcomes: Welcomes, expired: Expired, *, now: int, remaining_seconds: Callable[[], float]
) -> dict[str, int]:
    """Queue overdue welcomes, then delete expired entries; run both even if one fails.

    Welcomes come first, because people wait for them. They may use half of the time, so that a
    backlog leaves the other half for deletions.

    Args:
        welcomes: queues welcomes again.
        expired: deletes expired entries.
        now: epoch seconds.
        remaining_seconds: returns the time left of the invocation.

    Returns:
        The number of users by outcome, and ``expired_deleted``.

    Raises:
        Exception: the error of either part, after both have run. If both failed, the second
            part's, with the first part's as its context.
    """
    half = remaining_seconds() / 2
    try:
        counts = welcomes.requeue(
            now=now, stop=lambda: remaining_seconds() < max(half, MARGIN_SECONDS)
        )
    finally:
        deleted = expired.delete(now=now, stop=lambda: remaining_seconds() < MARGIN_SECONDS)
    return {**counts, "expired_deleted": deleted}
