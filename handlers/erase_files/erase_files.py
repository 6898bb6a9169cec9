"""Erasing a user's files and uploads, as far as an invocation's time allows.

Outcome: ``erased``, with ``count`` (versions of files) and ``next``.
"""

from collections.abc import Callable
from typing import Any

from handlers.domain.erasure_store import ErasureStore
from handlers.erase_files.files import Files
from handlers.erase_files.uploads import Uploads
from handlers.runtime import clock
from handlers.runtime.log import outcome

MARGIN_SECONDS = 30
"""Time left at which a run stops: enough for a call of S3 or DynamoDB with its retries."""


def erase_files(
    erasure_id: str,
    *,
    erasures: ErasureStore,
    files: Files,
    uploads: Uploads,
    now: Callable[[], float],
    seconds_left: Callable[[], float],
) -> dict[str, Any]:
    """Delete a user's files, then the uploads that they belong to.

    More files may arrive after that, by forms that were handed out before the erasure began. The
    erasure's item keeps the time until which they may. It is written first, because it is derived
    from the uploads that are deleted.

    Args:
        erasure_id: the erasure's.
        erasures: keep how far it is.
        files: the bucket.
        uploads: their table.
        now: returns the time in epoch seconds.
        seconds_left: returns the time left of the invocation.

    Returns:
        ``next``: ``again`` (there is more), ``wait`` until the timestamp ``until`` and then again,
        or ``done``.
    """
    erasure = erasures.read(erasure_id)
    until, count = erasure.until, 0

    def ended(next_: str) -> dict[str, Any]:
        outcome("erased", erasure_id=erasure_id, count=count, next=next_)
        return {"next": next_, "until": until}

    for deleted in files.delete(erasure.user):
        erasures.deleted(erasure_id, deleted)
        count += deleted
        if seconds_left() < MARGIN_SECONDS:
            return ended("again")
    for page in uploads.pages(erasure.user):
        opened = clock.timestamp(page.open_until)
        if opened > max(until, clock.timestamp(now())):
            until = opened
            erasures.wait(erasure_id, until)
        uploads.delete(erasure.user, page.ids)
        if seconds_left() < MARGIN_SECONDS:
            return ended("again")
    return ended("wait" if until > clock.timestamp(now()) else "done")
