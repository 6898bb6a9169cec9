"""Processing one upload, once: fetch, transform, write.

Outcomes:

    resized     a picture: ``resized.<ext>`` and ``thumbnail.<ext>`` are written
    extracted   a document: ``text.txt`` is written
    copied      any other file: ``original<ext>``, copied inside S3
    rejected    broken, hostile or too large: ``original<ext>`` and ``reason.json`` under rejected/
    duplicate   processed before
    superseded  a newer upload to the same key has been begun
    gone        deleted before it was read

When a key is uploaded again, outputs of the same names are replaced. Others (of a PNG after a JPEG,
or a rejection after a success) stay beside the new ones, because the function may delete nothing.
The metadata ``upload-version`` of an output names the version that it was made from.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from handlers.domain.ledger import AlreadyDone, Ledger, Superseded
from handlers.domain.upload_key import failure_id, file_id, work_id
from handlers.process_upload import keys, results, sniff
from handlers.process_upload.events import Upload
from handlers.process_upload.fetch import Fetched, fetch
from handlers.process_upload.limits import Limits
from handlers.process_upload.records import Records
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.storage import Gone, Storage
from handlers.process_upload.transform import transform

COPIED = "copied"
REJECTED = "rejected"
DUPLICATE = "duplicate"
SUPERSEDED = "superseded"
GONE = "gone"

LEASE_MARGIN_SECONDS = 5


@dataclass(frozen=True)
class Result:
    """The outcome of an upload.

    Attributes:
        outcome: see the module's docstring.
        size: in bytes, if the upload was read.
        reason: why it was rejected.
        outputs: names of what was made of it.
    """

    outcome: str
    size: int | None = None
    reason: Reason | None = None
    outputs: tuple[str, ...] = field(default=(), compare=False)


def process(
    upload: Upload,
    *,
    storage: Storage,
    ledger: Ledger,
    records: Records,
    limits: Limits,
    owner: str,
    seconds_left: Callable[[], float],
) -> Result:
    """Process an upload and count it, unless that was done before.

    Every error is worth another attempt: the upload counts as failed, once for all attempts, and
    the claim on it is released first.

    Args:
        upload: an object under ``uploads/``.
        storage: the bucket.
        ledger: records who works on which upload, and what was done.
        records: records for callers what becomes of an upload by the API.
        limits: what the file may take.
        owner: the invocation's request id, which Lambda's retries keep.
        seconds_left: returns the time until the invocation ends.

    Raises:
        Busy: another invocation works on this key.
        OutOfTime, StorageError, SandboxError: see there.
    """
    lease_seconds = seconds_left() + LEASE_MARGIN_SECONDS
    try:
        claim = ledger.claim(
            work_id(upload.key),
            owner=owner,
            lease_seconds=lease_seconds,
            sequence=upload.sequence,
        )
    except AlreadyDone:
        return Result(DUPLICATE)
    except Superseded:
        return Result(SUPERSEDED)
    try:
        records.processing(upload, seconds=lease_seconds)
        result = _process(upload, storage, ledger, limits, seconds_left)
        _record(records, upload, result)
    except BaseException:
        try:
            records.failed(upload)
            failure = failure_id(upload.key, upload.sequence)
            ledger.record(failure, kind="attempt", outcome="failed")
        finally:
            ledger.release(claim)
        raise
    ledger.settle(claim)
    return result


def _record(records: Records, upload: Upload, result: Result) -> None:
    if result.outcome == GONE:
        records.rejected(upload, GONE)
    elif result.reason:
        records.rejected(upload, result.reason.code)
    else:
        records.done(upload, result.outputs)


def _process(
    upload: Upload,
    storage: Storage,
    ledger: Ledger,
    limits: Limits,
    seconds_left: Callable[[], float],
) -> Result:
    with ExitStack() as files:
        try:
            fetched = fetch(upload, storage, limits, files)
            source = fetched.source
            try:
                outcome, outputs = _write_results(fetched, storage, limits, seconds_left, files)
                result = Result(outcome, source.size, outputs=outputs)
            except Rejected as rejected:
                results.write_rejected(source, rejected.reason, storage)
                result = Result(REJECTED, source.size, rejected.reason)
        except Gone:
            return Result(GONE)
    ledger.record(
        file_id(upload.key, source.version or upload.sequence),
        kind="file",
        outcome=result.outcome,
    )
    return result


def _write_results(
    fetched: Fetched,
    storage: Storage,
    limits: Limits,
    seconds_left: Callable[[], float],
    files: ExitStack,
) -> tuple[str, tuple[str, ...]]:
    """Transform or copy an upload, and return the outcome and the outputs' names.

    Raises:
        Rejected: the upload cannot be processed.
    """
    source = fetched.source
    extension = keys.extension(source.key)
    if fetched.kind is None:
        if sniff.claims_other(extension):
            raise Rejected(Reason.MISMATCH if source.size else Reason.EMPTY)
        return COPIED, results.copy_original(source, storage)
    if fetched.content is None:
        raise Rejected(fetched.problem)
    try:
        transformed = transform(
            fetched.kind,
            fetched.content,
            limits,
            content_type=source.headers.get("ContentType", ""),
            seconds_left=seconds_left,
            files=files,
        )
    except Rejected as rejected:
        claims_nothing = sniff.named_kind(extension) is None
        other_kind = rejected.reason is Reason.MISMATCH and claims_nothing
        if not other_kind and rejected.reason is not Reason.NOT_PARSED:
            raise
        return COPIED, results.copy_original(source, storage)
    return transformed.outcome, results.write_outputs(transformed, source, storage)
