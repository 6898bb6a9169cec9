"""Both parts of the cleanup, within one invocation's time."""

from collections.abc import Callable
from typing import Protocol

MARGIN_SECONDS = 10
"""Time left at which a run stops by itself: enough for the user or entry in hand, with a retry."""


class Welcomes(Protocol):
    """What queues overdue welcomes again."""

    def requeue(self, *, now: int, stop: Callable[[], bool]) -> dict[str, int]:
        """Queue them; give the number of users by outcome."""


class Expired(Protocol):
    """What deletes expired entries."""

    def delete(self, *, now: int, stop: Callable[[], bool]) -> int:
        """Delete them; give their number."""


def clean_up(
    welcomes: Welcomes, expired: Expired, *, now: int, remaining_seconds: Callable[[], float]
) -> dict[str, int]:
    """Queue overdue welcomes, then delete what expired; neither part keeps the other from running.

    Somebody waits for a welcome, and nobody for a deletion, so welcomes come first; they may use
    half of the time, so that a backlog of them leaves the other half.

    Args:
        welcomes: queues welcomes again.
        expired: deletes expired entries.
        now: epoch seconds; what is due by then is done.
        remaining_seconds: time left to the invocation.

    Returns:
        The number of users by outcome, and ``expired_deleted``.

    Raises:
        Exception: what either part raised, after both were run; if both failed, the second's, with
            the first's as its context.
    """
    half = remaining_seconds() / 2
    try:
        counts = welcomes.requeue(
            now=now, stop=lambda: remaining_seconds() < max(half, MARGIN_SECONDS)
        )
    finally:
        deleted = expired.delete(now=now, stop=lambda: remaining_seconds() < MARGIN_SECONDS)
    return {**counts, "expired_deleted": deleted}
