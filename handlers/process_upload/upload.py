"""What becomes of one upload, once.

Outcomes:

    resized     a picture: ``resized.<ext>`` and ``thumbnail.<ext>`` are written
    extracted   a document: ``text.txt`` is written
    copied      anything else: ``original<ext>``, copied inside S3
    rejected    broken, hostile or too large: ``original<ext>`` and ``reason.json`` under rejected/
    duplicate   done before
    superseded  a newer upload to the same key was begun before
    gone        deleted before it was read
    ignored     no upload: another prefix, another bucket, or the marker of an empty folder

When a key is uploaded again, its outputs are replaced where their names are the same. Others (a PNG
after a JPEG, a rejection after a success) stay beside the new ones, for the function may delete
nothing; each output's metadata ``upload-version`` names the version it was made of.
"""

import json
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import IO

from handlers.domain.ledger import AlreadyDone, Ledger, Superseded
from handlers.process_upload import keys, sandbox, sniff
from handlers.process_upload.events import Upload
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import Kind
from handlers.process_upload.storage import Gone, Source, Storage
from handlers.process_upload.work import Limits, work

COPIED = "copied"
REJECTED = "rejected"
DUPLICATE = "duplicate"
SUPERSEDED = "superseded"
GONE = "gone"
IGNORED = "ignored"

PARSE_SECONDS = 60
"""Longest that a parser may run; what needs more is too expensive."""

LEAST_PARSE_SECONDS = 10
"""A parser that cannot have this long waits for the next try: its failing would prove nothing."""

WRITE_SECONDS = 10
"""Kept back from the parser's time for writing what it made."""

LEASE_MARGIN_SECONDS = 5
_CHUNK = 1024 * 1024


class OutOfTime(Exception):
    """The invocation has too little time left for another file."""


@dataclass(frozen=True)
class Result:
    """What became of an upload; its size in bytes, if it was read."""

    outcome: str
    size: int | None = None
    reason: Reason | None = None


def process(
    upload: Upload,
    *,
    storage: Storage,
    ledger: Ledger,
    limits: Limits,
    owner: str,
    seconds_left: Callable[[], float],
) -> Result:
    """Process an upload, unless that was done, and count it.

    Whatever is raised is worth another try; the claim on the upload is given back then.

    Args:
        upload: what was uploaded, under ``uploads/``.
        storage: the bucket.
        ledger: who works on what, and what was done.
        limits: what the file may take.
        owner: the invocation's request id, which Lambda's retries keep.
        seconds_left: until the invocation ends.

    Raises:
        Busy: another invocation works on this key.
        OutOfTime, StorageError, SandboxError: see there.
    """
    try:
        claim = ledger.claim(
            f"upload#{keys.digest(upload.key)}",
            owner=owner,
            lease_seconds=seconds_left() + LEASE_MARGIN_SECONDS,
            sequence=upload.sequence,
        )
    except AlreadyDone:
        return Result(DUPLICATE)
    except Superseded:
        return Result(SUPERSEDED)
    try:
        result = _work(upload, storage, ledger, limits, seconds_left)
    except BaseException:
        ledger.release(claim)
        raise
    ledger.settle(claim)
    return result


def _work(
    upload: Upload,
    storage: Storage,
    ledger: Ledger,
    limits: Limits,
    seconds_left: Callable[[], float],
) -> Result:
    with ExitStack() as files:
        try:
            source, kind, file = _fetch(upload, storage, limits, files)
            try:
                result = _produce(source, kind, file, storage, limits, seconds_left)
            except Rejected as rejected:
                result = _reject(source, rejected.reason, storage)
        except Gone:
            return Result(GONE)
    ledger.record(
        f"file#{keys.digest(upload.key, source.version or upload.sequence)}",
        kind="file",
        outcome=result.outcome,
    )
    return result


def _fetch(
    upload: Upload, storage: Storage, limits: Limits, files: ExitStack
) -> tuple[Source, Kind | None, IO[bytes] | None]:
    """Tell what an upload is, in one request, and keep it if it is to be parsed.

    The file has no name, so that nothing is left of it even when the function is killed.
    """
    only_bytes = sniff.HEAD_BYTES if upload.size > limits.max_bytes else None
    with storage.open(upload.key, upload.version, only_bytes=only_bytes) as source:
        head = source.read(sniff.HEAD_BYTES)
        kind = sniff.kind(
            keys.extension(upload.key), head, lambda: storage.tail(source, sniff.TAIL_BYTES)
        )
        if kind is None or source.size > limits.max_bytes:
            return source, kind, None
        if only_bytes:  # it is not what its event says, but another by now
            return _fetch(replace(upload, size=source.size), storage, limits, files)
        file = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  files closes it
        file.write(head)
        while chunk := source.read(_CHUNK):
            file.write(chunk)
        file.seek(0)
        return source, kind, file


def _produce(
    source: Source,
    kind: Kind | None,
    file: IO[bytes] | None,
    storage: Storage,
    limits: Limits,
    seconds_left: Callable[[], float],
) -> Result:
    if kind is None:
        if sniff.claims_other(keys.extension(source.key)):
            raise Rejected(Reason.MISMATCH)
        storage.copy(source, _original(keys.PROCESSED, source))
        return Result(COPIED, source.size)
    if file is None:
        raise Rejected(Reason.TOO_LARGE)
    todo = work(kind, limits)
    seconds = min(PARSE_SECONDS, seconds_left() - WRITE_SECONDS)
    if seconds < LEAST_PARSE_SECONDS:
        raise OutOfTime(f"{seconds:.0f} s are left for a parser, {LEAST_PARSE_SECONDS} are needed")
    with ExitStack() as files:
        made = [files.enter_context(tempfile.TemporaryFile()) for _ in todo.outputs]
        sandbox.run(todo.parse, file, made, seconds=seconds, memory_bytes=limits.memory_bytes)
        for output, content in zip(todo.outputs, made, strict=True):
            content.seek(0)
            key = keys.output(keys.PROCESSED, source.key, output.name)
            storage.put(key, content, content_type=output.content_type, of=source)
    return Result(todo.outcome, source.size)


def _reject(source: Source, reason: Reason, storage: Storage) -> Result:
    storage.copy(source, _original(keys.REJECTED, source))
    explanation = {
        "reason": reason.code,
        "explanation": reason.sentence,
        "key": source.key,
        "version": source.version,
        "size": source.size,
    }
    storage.put(
        keys.output(keys.REJECTED, source.key, "reason.json"),
        json.dumps(explanation, indent=2).encode(),
        content_type="application/json",
        of=source,
    )
    return Result(REJECTED, source.size, reason)


def _original(prefix: str, source: Source) -> str:
    return keys.output(prefix, source.key, "original" + keys.extension(source.key))
