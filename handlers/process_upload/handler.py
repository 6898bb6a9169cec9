"""Lambda's entry point of ``process-upload``: S3's events in, outcomes in the log.

S3 invokes it asynchronously. What fails is tried again by Lambda (with the same request id), then
sent with its whole event to the failure destination. So is what is ``busy``: after a minute, and
two more, the other invocation is over.
"""

import logging
import os
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers.domain.ledger import Busy, Ledger
from handlers.process_upload import events, keys, upload
from handlers.process_upload.sandbox import SandboxError
from handlers.process_upload.storage import Storage, StorageError
from handlers.process_upload.work import Limits
from handlers.runtime import aws, deadline, log
from handlers.runtime.asynchronous import FAILED, Failed
from handlers.runtime.settings import load
from handlers.runtime.start import at_init

BUSY = "busy"
"""Outcome of an upload whose key another invocation works on: tried again, and no fault."""

_MEGABYTE = 1024 * 1024
_OWN_MEMORY_MB = 256  # Python, botocore, the parsers' libraries, and their share of the child
_S3_READ_SECONDS = 50  # a part of 128 MB is copied before S3 answers
_S3_ATTEMPTS = 2  # of that length, more do not fit into the function's timeout
_WORDLESS = (StorageError, SandboxError, upload.OutOfTime)  # their texts hold no key
_WORTH_A_LOOK = {upload.REJECTED, upload.IGNORED}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment."""

    bucket: str
    ledger_table: str
    image_max_side: int
    thumbnail_side: int
    max_upload_mb: int


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """What ``handler`` passes on to ``upload.process``."""

    bucket: str
    storage: Storage
    ledger: Ledger
    limits: Limits


@cache
def _dependencies() -> Dependencies:
    settings = load(Settings)
    # Lambda sets it; its default is for workers outside of Lambda.
    memory_mb = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"))
    return Dependencies(
        bucket=settings.bucket,
        storage=Storage(
            aws.client("s3", read_timeout=_S3_READ_SECONDS, attempts=_S3_ATTEMPTS), settings.bucket
        ),
        ledger=Ledger(aws.client("dynamodb"), settings.ledger_table),
        limits=Limits(
            max_bytes=settings.max_upload_mb * _MEGABYTE,
            memory_bytes=max(_OWN_MEMORY_MB, memory_mb - _OWN_MEMORY_MB) * _MEGABYTE,
            image_max_side=settings.image_max_side,
            thumbnail_side=settings.thumbnail_side,
        ),
    )


def handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """Process every upload of an S3 event, and give their outcomes in order.

    Raises:
        Failed: some failed, after all were tried. Those done are ``duplicate`` next time.
    """
    return handle(event, context, _dependencies())


def handle(event: dict[str, Any], context: Any, dependencies: Dependencies) -> dict[str, list[str]]:
    """As ``handler``, with the collaborators given."""
    deadline.begin(context)
    if events.is_test(event):
        log.outcome(upload.IGNORED)
        return {"outcomes": [upload.IGNORED]}
    outcomes = [_one(record, context, dependencies) for record in event["Records"]]
    if failed := outcomes.count(FAILED) + outcomes.count(BUSY):
        raise Failed(f"{failed} of {len(outcomes)} uploads failed; the log says why")
    return {"outcomes": outcomes}


def _one(record: dict[str, Any], context: Any, dependencies: Dependencies) -> str:
    began = time.monotonic()
    try:
        item = events.upload(record)
        if _is_upload(item, dependencies.bucket):
            result = upload.process(
                item,
                storage=dependencies.storage,
                ledger=dependencies.ledger,
                limits=dependencies.limits,
                owner=context.aws_request_id,
                seconds_left=deadline.seconds_left,
            )
        else:
            result = upload.Result(upload.IGNORED)
    except Busy:  # another invocation works on the key, and then Lambda tries this one again
        log.outcome(BUSY, upload=keys.digest(item.key), version=item.version)
        return BUSY
    except Exception as error:  # noqa: BLE001  one upload's failure must not keep back the others
        detail = str(error) if isinstance(error, _WORDLESS) else None
        log.failure(FAILED, error, detail=detail)
        return FAILED
    log.outcome(
        result.outcome,
        level=logging.WARNING if result.outcome in _WORTH_A_LOOK else logging.INFO,
        reason=result.reason.code if result.reason else None,
        size=result.size,
        upload=keys.digest(item.key),
        version=item.version,
        milliseconds=round((time.monotonic() - began) * 1000),
    )
    return result.outcome


def _is_upload(item: events.Upload, bucket: str) -> bool:
    """Whether this is an upload, not our own output, say, or the marker of an empty folder."""
    is_folder = item.key.endswith("/") and item.size == 0
    return item.bucket == bucket and item.key.startswith(keys.UPLOADS) and not is_folder


at_init(_dependencies)
