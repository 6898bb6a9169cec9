"""``Content-Encoding`` (RFC 9110, section 8.4): undoes the compression of an upload.

``gzip`` and ``deflate``, also one on top of another. ``br`` and ``zstd`` need libraries that Python
3.13 does not have.
"""

import zlib
from collections.abc import Iterator

_NONE = frozenset({"", "identity", "aws-chunked"})  # S3 once stored the third, of the transfer
_NAMES = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_GZIP = b"\x1f\x8b"
_GZIP_BITS = 16 + zlib.MAX_WBITS
CHUNK_BYTES = 16 * 1024
"""Size of the pieces to read; larger ones would be slow for an upload of very many streams."""


class NotDecodable(Exception):
    """The content is not in the encoding that it is declared to be in, or is cut short."""


class TooLarge(Exception):
    """The content is larger than it may be."""


def codings(header: str) -> list[str] | None:
    """Return the encodings in the order in which they were applied, or None if one is unknown."""
    declared = [name.strip().lower() for name in header.split(",")]
    found = [_NAMES.get(name) for name in declared if name not in _NONE]
    known = [name for name in found if name is not None]
    return known if len(known) == len(found) else None


def decoded(content: Iterator[bytes], applied: list[str], max_bytes: int) -> Iterator[bytes]:
    """Yield the decoded content. Content that is not compressed at all is left as it is.

    Args:
        content: the upload, in pieces of ``CHUNK_BYTES``.
        applied: the encodings, see ``codings``.
        max_bytes: the most that may come out of each of them.

    Raises:
        NotDecodable, TooLarge: see there.
    """
    for coding in reversed(applied):
        content = _bounded(_decoded(content, coding), max_bytes)
    return content


def _decoded(content: Iterator[bytes], coding: str) -> Iterator[bytes]:
    data = _start(content)
    if not data or (coding == "gzip" and not data.startswith(_GZIP)):
        yield from filter(None, (data,))
        yield from content
        return
    window_bits = _window_bits(data)
    stream = zlib.decompressobj(window_bits)
    while True:
        try:
            piece = stream.decompress(data, CHUNK_BYTES)
        except zlib.error as error:
            raise NotDecodable(str(error)) from None
        if piece:
            yield piece
        if stream.eof:  # a file of gzip may have more streams; what else follows is ignored
            data = _start(content, stream.unused_data)
            if window_bits != _GZIP_BITS or not data.startswith(_GZIP):
                return
            stream = zlib.decompressobj(window_bits)
        elif len(piece) == CHUNK_BYTES:
            data = stream.unconsumed_tail
        elif not (data := next(content, b"")):
            raise NotDecodable("the content is cut short")


def _start(content: Iterator[bytes], data: bytes = b"") -> bytes:
    """Return the next bytes: at least as many as tell a stream of gzip, except at the end."""
    while len(data) < len(_GZIP) and (more := next(content, b"")):
        data += more
    return data


def _window_bits(data: bytes) -> int:
    """Return zlib's code for gzip, zlib, or, as some servers send for ``deflate``, neither."""
    if data.startswith(_GZIP):
        return _GZIP_BITS
    is_zlib = data[0] & 15 == 8 and int.from_bytes(data[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS


def _bounded(content: Iterator[bytes], max_bytes: int) -> Iterator[bytes]:
    for piece in content:
        max_bytes -= len(piece)
        if max_bytes < 0:
            raise TooLarge
        yield piece
