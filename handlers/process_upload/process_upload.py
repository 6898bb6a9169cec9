"""Processing the uploads of an S3 event.

Outcomes, one for each upload: those of ``processing``; ``ignored``: it is no upload; ``busy``:
another invocation works on its key, so it is tried again, and is no error; ``failed``.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from handlers.domain.ledger import Busy
from handlers.domain.upload_key import digest
from handlers.process_upload import events
from handlers.process_upload.processing import REJECTED, Result
from handlers.runtime import trace
from handlers.runtime.asynchronous import FAILED
from handlers.runtime.log import failure, outcome

BUSY = "busy"
IGNORED = "ignored"

_UNUSUAL = {REJECTED, IGNORED}


def process_uploads(
    records: Sequence[dict[str, Any]], bucket: str, process: Callable[[events.Upload], Result]
) -> list[str]:
    """Process each upload independently of the others.

    Args:
        records: the records of S3's event.
        bucket: the name of the bucket whose uploads are processed.
        process: processes one upload; see ``processing.process``.

    Returns:
        The outcomes, in the order of the records.
    """
    outcomes = []
    for record in records:
        with trace.of(record):
            outcomes.append(_outcome(record, bucket, process))
    return outcomes


def _outcome(
    record: dict[str, Any], bucket: str, process: Callable[[events.Upload], Result]
) -> str:
    """Process the upload of one record; log and return its outcome."""
    started = time.monotonic()
    try:
        upload = events.upload(record)
        result = process(upload) if events.is_upload(upload, bucket) else Result(IGNORED)
    except Busy:
        outcome(BUSY, upload=digest(upload.key), version=upload.version)
        return BUSY
    except Exception as error:  # noqa: BLE001 - one upload's failure must not stop the others
        failure(FAILED, error)
        return FAILED
    outcome(
        result.outcome,
        level=logging.WARNING if result.outcome in _UNUSUAL else logging.INFO,
        reason=result.reason.code if result.reason else None,
        size=result.size,
        upload=digest(upload.key),
        version=upload.version,
        milliseconds=round((time.monotonic() - started) * 1000),
    )
    return result.outcome
