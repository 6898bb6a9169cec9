"""A step of the erasure: deletes a user's files and uploads.

Outcomes: that of ``erase_files``, and ``failed``.
"""

import time
from dataclasses import dataclass
from typing import Any

from handlers.domain.erasure_store import ErasureStore
from handlers.erase_files.erase_files import erase_files
from handlers.erase_files.files import Files
from handlers.erase_files.uploads import Uploads
from handlers.runtime import aws, deadline, trace
from handlers.runtime.asynchronous import failures_without_details
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables. ``prefixes``: of files, separated by commas."""

    erasures_table: str
    uploads_table: str
    bucket: str
    prefixes: str


def dependencies(settings: Settings) -> tuple[ErasureStore, Files, Uploads]:
    """Return the erasures, the bucket, and the table of uploads."""
    dynamodb = aws.client("dynamodb")
    return (
        ErasureStore(dynamodb, settings.erasures_table),
        Files(
            s3=aws.client("s3", read_timeout=20, attempts=3),
            bucket=settings.bucket,
            prefixes=settings.prefixes.split(","),
        ),
        Uploads(dynamodb=dynamodb, table=settings.uploads_table, now=time.time),
    )


@entrypoint(Settings, dependencies)
def handler(
    event: dict[str, Any],
    _context: object,
    erasures: ErasureStore,
    files: Files,
    uploads: Uploads,
) -> dict[str, Any]:
    """Answer the state machine with what comes next.

    Raises:
        Failed: the step failed; the log says why.
    """
    with trace.of(event), failures_without_details():
        return erase_files(
            event["erasure"],
            erasures=erasures,
            files=files,
            uploads=uploads,
            now=time.time,
            seconds_left=deadline.seconds_left,
        )
