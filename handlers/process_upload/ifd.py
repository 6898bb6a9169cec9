"""The directories of a TIFF: lists of tags, each with a number or with the place of its values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Literal

_INTEGERS = {1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8}  # bytes of a value, by its type
_MOST_ENTRIES = 65_535
_MOST_VALUE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Directory:
    """A directory: its entries as they are in the file, by tag, and the place of the next one."""

    entries: dict[int, bytes]
    following: int


class Directories:
    """Reads the directories of a file. Nothing in a file makes this fail."""

    def __init__(self, source: IO[bytes]) -> None:
        self.size = source.seek(0, 2)
        self._source = source
        head = self._read(0, 16)
        self._order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
        self._is_big = b"+" in head[2:4]
        self._word = 8 if self._is_big else 4
        self._start = head[: self._word]
        self.first = self._integer(head[self._word : 2 * self._word])

    def directory(self, place: int) -> Directory:
        """Return the directory at a place; the entries that are in the file."""
        count_bytes, entry_bytes = (8, 20) if self._is_big else (2, 12)
        count = min(self._integer(self._read(place, count_bytes)), _MOST_ENTRIES)
        place += count_bytes
        content = self._read(place, count * entry_bytes)
        entries: dict[int, bytes] = {}
        for at in range(0, len(content) - entry_bytes + 1, entry_bytes):
            entries.setdefault(self._integer(content[at : at + 2]), content[at : at + entry_bytes])
        return Directory(entries, self._integer(self._read(place + len(content), self._word)))

    def numbers(self, directory: Directory, tag: int) -> tuple[int, ...]:
        """Return the integers of a tag; none if it has other values, or none in the file."""
        entry = directory.entries.get(tag)
        size = _INTEGERS.get(self._integer(entry[2:4]), 0) if entry else 0
        if entry is None or not size:
            return ()
        values = self._values(entry, size)
        return tuple(self._integer(values[at : at + size]) for at in range(0, len(values), size))

    def data(self, directory: Directory, tag: int) -> bytes:
        """Return the values of a tag that are bytes."""
        entry = directory.entries.get(tag)
        is_bytes = entry is not None and self._integer(entry[2:4]) in {1, 2, 7}
        return self._values(entry, 1) if entry and is_bytes else b""

    def alone(
        self, directory: Directory, tags: frozenset[int]
    ) -> Iterator[tuple[int, int] | bytes]:
        """Yield the pieces of a file that has one directory, with these tags only."""
        end = self.size + self.size % 2
        entries = [entry for tag, entry in sorted(directory.entries.items()) if tag in tags]
        count = len(entries).to_bytes(8 if self._is_big else 2, self._order)
        yield self._start + end.to_bytes(self._word, self._order)
        yield 2 * self._word, self.size
        yield bytes(end - self.size) + count + b"".join(entries) + bytes(self._word)

    def _values(self, entry: bytes, size: int) -> bytes:
        count, value = entry[4 : 4 + self._word], entry[4 + self._word :]
        total = self._integer(count) * size
        if total <= self._word:
            return value[:total]
        content = self._read(self._integer(value), min(total, _MOST_VALUE_BYTES))
        return content if len(content) == total else b""

    def _integer(self, content: bytes) -> int:
        return int.from_bytes(content, self._order)

    def _read(self, place: int, size: int) -> bytes:
        if place >= self.size:
            return b""
        self._source.seek(place)
        return self._source.read(size)
