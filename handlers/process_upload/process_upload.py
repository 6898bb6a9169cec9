"""Processing the uploads of an S3 event.

Outcomes, one for each upload: those of ``processing``; ``ignored``: it is no upload; ``busy``:
another invocation works on its key, so it is tried again, and is no error; ``failed``.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from handlers.domain.ledger import Busy, Ledger
from handlers.domain.upload_key import digest
from handlers.process_upload import events
from handlers.process_upload.limits import Limits
from handlers.process_upload.processing import REJECTED, Result, process
from handlers.process_upload.records import Records
from handlers.process_upload.storage import Storage
from handlers.runtime import trace
from handlers.runtime.asynchronous import FAILED
from handlers.runtime.log import failure, outcome

BUSY = "busy"
IGNORED = "ignored"

_UNUSUAL = {REJECTED, IGNORED}


def process_uploads(
    event_records: Sequence[dict[str, Any]],
    *,
    storage: Storage,
    ledger: Ledger,
    records: Records,
    limits: Limits,
    owner: str,
    seconds_left: Callable[[], float],
) -> list[str]:
    """Process each upload independently of the others.

    Args:
        event_records: the records of S3's event.
        storage: the bucket.
        ledger: records who works on which upload, and what was done.
        records: records for callers what becomes of an upload by the API.
        limits: what a file may take.
        owner: the invocation's request id, which Lambda's retries keep.
        seconds_left: returns the time until the invocation ends.

    Returns:
        The outcomes, in the order of the records.
    """

    def run(record: dict[str, Any]) -> str:
        started = time.monotonic()
        try:
            upload = events.upload(record)
            if events.is_upload(upload, storage.bucket):
                result = process(
                    upload,
                    storage=storage,
                    ledger=ledger,
                    records=records,
                    limits=limits,
                    owner=owner,
                    seconds_left=seconds_left,
                )
            else:
                result = Result(IGNORED)
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

    outcomes = []
    for record in event_records:
        with trace.of(record):
            outcomes.append(run(record))
    return outcomes
