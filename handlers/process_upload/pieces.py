"""A file made of pieces of another, without a copy in memory."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import IO

Piece = tuple[int, int] | bytes
"""The start and the end of a piece of the other file, or other content."""


def assembled(source: IO[bytes], pieces: Sequence[Piece]) -> io.BufferedReader:
    """Return a file that consists of pieces."""
    return io.BufferedReader(_Pieces(source, pieces))


class _Pieces(io.RawIOBase):
    def __init__(self, source: IO[bytes], pieces: Sequence[Piece]) -> None:
        self._source = source
        self._pieces = pieces
        self._starts = [0, *accumulate(map(_size, pieces))]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._starts[-1]}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        index = bisect_right(self._starts, self._at) - 1
        if index >= len(self._pieces):
            return 0
        piece = self._pieces[index]
        inside = self._at - self._starts[index]
        size = min(len(buffer), _size(piece) - inside)
        if isinstance(piece, bytes):
            data = piece[inside : inside + size]
        else:
            self._source.seek(piece[0] + inside)
            data = self._source.read(size)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _size(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]
