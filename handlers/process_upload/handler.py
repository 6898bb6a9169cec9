"""S3's events: processes each upload.

S3 invokes the function asynchronously. Lambda repeats a failed event, with the same request id, and
then sends it to the failure destination. This includes uploads that are ``busy``: the retries come
one and three minutes later, when the other invocation is over.
"""

import os
from dataclasses import dataclass
from functools import partial
from typing import Any

from handlers.domain.ledger import Ledger
from handlers.process_upload import events
from handlers.process_upload.limits import Limits
from handlers.process_upload.process_upload import BUSY, IGNORED, process_uploads
from handlers.process_upload.processing import process
from handlers.process_upload.records import Records
from handlers.process_upload.storage import Storage
from handlers.runtime import aws, deadline, log
from handlers.runtime.asynchronous import FAILED, Failed
from handlers.runtime.entrypoint import entrypoint

_MEGABYTE = 1024 * 1024
_OWN_MEMORY_MB = 256  # Python, botocore, the parsers' libraries, and their share of the child
_S3_READ_SECONDS = 50  # S3 copies a part of 128 MB before it answers
_S3_ATTEMPTS = 2  # more attempts of that length do not fit into the function's timeout


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    bucket: str
    ledger_table: str
    uploads_table: str
    image_max_side: int
    thumbnail_side: int
    max_upload_mb: int


def dependencies(settings: Settings) -> tuple[Storage, Ledger, Records, Limits]:
    """Return the bucket, the ledger, the records for callers, and what a file may take."""
    # Lambda sets the variable. The default is for workers outside of Lambda.
    memory_mb = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"))
    s3 = aws.client("s3", read_timeout=_S3_READ_SECONDS, attempts=_S3_ATTEMPTS)
    dynamodb = aws.client("dynamodb")
    return (
        Storage(s3, settings.bucket),
        Ledger(dynamodb, settings.ledger_table),
        Records(dynamodb, settings.uploads_table),
        Limits(
            max_bytes=settings.max_upload_mb * _MEGABYTE,
            memory_bytes=max(_OWN_MEMORY_MB, memory_mb - _OWN_MEMORY_MB) * _MEGABYTE,
            image_max_side=settings.image_max_side,
            thumbnail_side=settings.thumbnail_side,
        ),
    )


@entrypoint(Settings, dependencies)
def handler(
    event: dict[str, Any],
    context: Any,
    storage: Storage,
    ledger: Ledger,
    records: Records,
    limits: Limits,
) -> dict[str, list[str]]:
    """Process every upload of an S3 event, and return their outcomes in order.

    Raises:
        Failed: some uploads failed, after all were tried. The others are ``duplicate`` next time.
    """
    if events.is_test(event):
        log.outcome(IGNORED)
        return {"outcomes": [IGNORED]}
    one = partial(
        process,
        storage=storage,
        ledger=ledger,
        records=records,
        limits=limits,
        owner=context.aws_request_id,
        seconds_left=deadline.seconds_left,
    )
    outcomes = process_uploads(event["Records"], storage.bucket, one)
    if failed := outcomes.count(FAILED) + outcomes.count(BUSY):
        raise Failed(f"{failed} of {len(outcomes)} uploads failed; the log says why")
    return {"outcomes": outcomes}
