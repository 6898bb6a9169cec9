"""A file of which some pieces are left out, without a copy in memory."""

import io
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import IO


def without_gaps(source: IO[bytes], pieces: Sequence[tuple[int, int]]) -> io.BufferedReader:
    """Return a file that consists of pieces of another, each given by its start and end."""
    return io.BufferedReader(_Pieces(source, pieces))


class _Pieces(io.RawIOBase):
    def __init__(self, source: IO[bytes], pieces: Sequence[tuple[int, int]]) -> None:
        self._source = source
        self._pieces = pieces
        self._starts = [0, *accumulate(end - start for start, end in pieces)]
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
        start, end = self._pieces[index]
        start += self._at - self._starts[index]
        self._source.seek(start)
        data = self._source.read(min(len(buffer), end - start))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
