"""Fetching an upload: its type and, if it is to be parsed, its content."""

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import IO

from handlers.process_upload import keys, sniff
from handlers.process_upload.events import Upload
from handlers.process_upload.limits import Limits
from handlers.process_upload.rejection import Reason
from handlers.process_upload.sniff import Kind
from handlers.process_upload.storage import Source, Storage

_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Fetched:
    """An upload that was looked at.

    Attributes:
        source: the object.
        kind: its type; None if files of its type are not parsed.
        content: all of it, decoded, if it is to be parsed.
        problem: why there is no content, although files of this type are parsed.
    """

    source: Source
    kind: Kind | None
    content: IO[bytes] | None = None
    problem: Reason = Reason.TOO_LARGE


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
        if only_bytes and source.size <= limits.max_bytes:  # replaced since by a smaller one
            return fetch(replace(upload, size=source.size), storage, limits, files)
        if coding := source.headers.get("ContentEncoding"):
            return _fetch_encoded(source, coding, limits, files)
        head = source.read(sniff.HEAD_BYTES)
        kind = sniff.kind(
            keys.extension(source.key), head, lambda: storage.tail(source, sniff.TAIL_BYTES)
        )
        if kind is None or source.size > limits.max_bytes:
            return Fetched(source, kind)
        content = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  files closes it
        content.write(head)
        while chunk := source.read(_CHUNK_BYTES):
            content.write(chunk)
        content.seek(0)
        return Fetched(source, kind, content)


def _fetch_encoded(source: Source, header: str, limits: Limits, files: ExitStack) -> Fetched:
    """Decode an upload. If this fails, its name alone tells what it is."""
    from handlers.process_upload import encoding  # few uploads are encoded

    extension = keys.extension(source.key)
    named = sniff.named_kind(extension)
    if (applied := encoding.codings(header)) is None:
        return Fetched(source, named, problem=Reason.UNSUPPORTED)
    if source.size > limits.max_bytes:
        return Fetched(source, named)
    content = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115  files closes it
    chunks = iter(lambda: source.read(encoding.CHUNK_BYTES), b"")
    try:
        for chunk in encoding.decoded(chunks, applied, limits.max_bytes):
            content.write(chunk)
    except encoding.TooLarge:
        return Fetched(source, named)
    except encoding.NotDecodable:
        return Fetched(source, named, problem=Reason.DAMAGED)
    size = content.tell()

    def read(start: int, length: int) -> bytes:
        content.seek(max(0, start))
        return content.read(length)

    head = read(0, sniff.HEAD_BYTES)
    kind = sniff.kind(extension, head, lambda: read(size - sniff.TAIL_BYTES, sniff.TAIL_BYTES))
    content.seek(0)
    return Fetched(source, kind, content)
