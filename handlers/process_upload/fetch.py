"""Fetching an upload: its type and, if it is to be parsed, its content."""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import IO

from handlers.process_upload import keys, sniff
from handlers.process_upload.events import Upload
from handlers.process_upload.limits import Limits
from handlers.process_upload.sniff import Kind
from handlers.process_upload.storage import Source, Storage

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Fetched:
    """An upload that was looked at.

    Attributes:
        source: the object.
        kind: its type; None if files of its type are not parsed.
        content: all of it, if it is to be parsed; None if it has no such type or is too large.
    """

    source: Source
    kind: Kind | None
    content: IO[bytes] | None


def fetch(upload: Upload, storage: Storage, limits: Limits, files: ExitStack) -> Fetched:
    """Find out what an upload is, in one request, and keep its content if it is to be parsed.

    The content is kept in a file without a name, of which nothing is left even if the function is
    killed.

    Args:
        upload: the upload.
        storage: the bucket.
        limits: ``max_bytes`` decides what is parsed.
        files: closes the file.

    Raises:
        Gone, StorageError: see ``Storage.open``.
    """
    only_bytes = sniff.HEAD_BYTES if upload.size > limits.max_bytes else None
    with storage.open(upload.key, upload.version, only_bytes=only_bytes) as source:
        head = source.read(sniff.HEAD_BYTES)
        kind = sniff.kind(
            keys.extension(upload.key), head, lambda: storage.tail(source, sniff.TAIL_BYTES)
        )
        if kind is None or source.size > limits.max_bytes:
            return Fetched(source, kind, None)
        if only_bytes:  # the object is smaller than its event says: it has been replaced since
            return fetch(replace(upload, size=source.size), storage, limits, files)
        content = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  files closes it
        content.write(head)
        while chunk := source.read(_CHUNK_BYTES):
            content.write(chunk)
        content.seek(0)
        return Fetched(source, kind, content)
