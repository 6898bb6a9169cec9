"""Pictures written byte by byte: with samples, tags and chunks that Pillow does not write."""

import struct
import zlib
from collections.abc import Sequence

NONE, DEFLATE = 1, 8
SHORT, LONG, ASCII, UNDEFINED = 3, 4, 2, 7

Value = int | Sequence[int] | bytes


def compressed(data: bytes, compression: int) -> bytes:
    return zlib.compress(data) if compression == DEFLATE else data


def tiff(
    data: bytes,
    size: tuple[int, int],
    *,
    bits: int | Sequence[int],
    photometric: int = 1,
    order: str = "<",
    more: dict[int, Value] | None = None,
    at_8: bytes = b"",
    pages: Sequence[dict[int, Value]] = (),
) -> bytes:
    """A TIFF of one strip; ``more`` adds tags or replaces some, ``pages`` are more directories."""
    depths = (bits,) if isinstance(bits, int) else tuple(bits)
    start = 8 + len(at_8)
    strip = start + len(data)
    tags: dict[int, Value] = {
        256: size[0], 257: size[1], 258: depths, 259: 1, 262: photometric, 273: start,
        277: len(depths), 278: size[1], 279: len(data),
    }  # fmt: skip
    directories, at = b"", strip + strip % 2
    made = [tags | (more or {}), *pages]
    for number, page in enumerate(made):
        directory = tiff_directory(page, at, order, last=number == len(made) - 1)
        directories += directory
        at += len(directory)
    magic = {"<": b"II*\x00", ">": b"MM\x00*"}[order]
    first = struct.pack(f"{order}I", strip + strip % 2)
    return magic + first + at_8 + data + bytes(strip % 2) + directories


def tiff_directory(tags: dict[int, Value], at: int, order: str, *, last: bool) -> bytes:
    entries, values = b"", b""
    after = at + 2 + 12 * len(tags) + 4
    for tag, value in sorted(tags.items()):
        kind = (ASCII if tag == 42113 else UNDEFINED) if isinstance(value, bytes) else LONG
        items = [value] if isinstance(value, int) else value
        if kind == LONG and all(item < 65_536 for item in items):
            kind = SHORT
        letter = {SHORT: "H", LONG: "I", ASCII: "B", UNDEFINED: "B"}[kind]
        packed = struct.pack(f"{order}{len(items)}{letter}", *items)
        if len(packed) > 4:
            place = after + len(values)
            values += packed + bytes(len(packed) % 2)
            packed = struct.pack(f"{order}I", place)
        entries += struct.pack(f"{order}HHI", tag, kind, len(items)) + packed.ljust(4, b"\x00")
    following = 0 if last else after + len(values)
    count = struct.pack(f"{order}H", len(tags))
    return count + entries + struct.pack(f"{order}I", following) + values


def chunk(name: bytes, data: bytes, checksum: int | None = None) -> bytes:
    """A chunk of a PNG."""
    crc = zlib.crc32(name + data) if checksum is None else checksum
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


def png(
    rows: Sequence[bytes], width: int, *, depth: int, colour: int = 0, chunks: bytes = b""
) -> bytes:
    """A PNG of unpacked rows, with chunks before the pixels."""
    header = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\x00" + row for row in rows))
    parts = chunk(b"IHDR", header) + chunks + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(content) + 2) + content
