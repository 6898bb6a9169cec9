"""TIFF: which of its directories is the picture, and what Pillow cannot decode.

The container also holds the raw data of cameras, whose first directory is a small preview.
"""

import struct
from typing import IO

from PIL import Image
from PIL.TiffImagePlugin import OPEN_INFO, ImageFileDirectory_v2

from handlers.process_upload.rejection import Reason, Rejected

_MAX_DIRECTORIES = 64
_SUBFILE_TYPE, _WIDTH, _LENGTH, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 259, 262
_PLACES = ((273, 279), (324, 325))  # where strips or tiles begin, and their sizes
_SUB_DIRECTORIES, _DNG_VERSION = 330, 50706
_REDUCED = 1  # bit of the subfile type
_SENSOR = frozenset({32803, 34892})  # of the photometric interpretations
# Compressions of Sony, Samsung, Nikon, Kodak and Pentax, and those of DNG.
_RAW_COMPRESSIONS = frozenset({32767, 32769, 32770, 34713, 34892, 52546, 65000, 65535})
_CANON_RAW = b"CR"  # at byte 8
# What every build of Pillow decodes.
_USUAL_COMPRESSIONS = frozenset({1, 2, 3, 4, 5, 7, 8, 32773, 32946})

_NATIVE = {"I;16BS": "I;16NS", "I;32B": "I;32N", "I;32BS": "I;32NS", "F;32BF": "F;32NF"}

ERRORS = (
    *(SyntaxError, ValueError, LookupError, TypeError, ArithmeticError, AttributeError),
    *(OSError, EOFError, struct.error),
)
"""What Pillow raises for directories and metadata that are broken."""

Directory = ImageFileDirectory_v2

# Pillow decodes these samples, but its table lacks some byte orders and black-and-white orders.
_GREYS = {
    b"II": {12: ("I;16", "I;12"), 16: ("I;16", "I;16"), 32: ("I", "I;32")},
    b"MM": {12: ("I;16", "I;12"), 16: ("I;16B", "I;16B"), 32: ("I", "I;32B")},
}
for _order, _greys in _GREYS.items():
    for _bits, _modes in _greys.items():
        for _photometric in (0, 1):
            OPEN_INFO.setdefault((_order, _photometric, (1,), 1, (_bits,), ()), _modes)


def picture_page(source: IO[bytes]) -> int:
    """Return the number of the first page that is no preview.

    Raises:
        Rejected: ``NOT_PARSED`` for the raw data of a camera.
    """
    pages, others = _directories(source)
    source.seek(8)
    everything = [*pages, *others]
    if source.read(2) == _CANON_RAW or any(map(_is_raw, everything)):
        raise Rejected(Reason.NOT_PARSED)
    for number, page in enumerate(pages):
        if not _is_reduced(page):
            return number
    if any(not _is_reduced(other) for other in others):
        raise Rejected(Reason.NOT_PARSED)
    return 0


def mend_byte_order(image: Image.Image) -> None:
    """Make Pillow read what libtiff unpacks, which is in the machine's byte order, as such."""
    for index, tile in enumerate(image.tile):  # type: ignore[attr-defined]
        if tile.codec_name == "libtiff" and tile.args[0] in _NATIVE:
            native = (_NATIVE[tile.args[0]], *tile.args[1:])
            image.tile[index] = tile._replace(args=native)  # type: ignore[attr-defined]


def is_unsupported(source: IO[bytes], *, opened: bool) -> bool:
    """Check whether the picture, which Pillow could not open or then not decode, may be valid."""
    pages, _ = _directories(source)
    if not pages:
        return False
    page = pages[picture_page(source)]
    usual = set(_numbers(page, _COMPRESSION)) <= _USUAL_COMPRESSIONS
    return not (opened and usual) and _is_complete(page, source.seek(0, 2))


def _directories(source: IO[bytes]) -> tuple[list[Directory], list[Directory]]:
    """Return the directories of the pages, in order, and those that the pages refer to."""
    source.seek(0)
    header = source.read(8)
    if header[2:3] == b"+" or header[3:4] == b"+":
        header += source.read(8)
    pages: list[Directory] = []
    others: list[Directory] = []
    seen: set[int] = set()
    try:
        offset = Directory(header).next
        while offset and offset not in seen and len(seen) < _MAX_DIRECTORIES:
            page = _load(source, header, offset, seen)
            pages.append(page)
            offset = page.next
            others.extend(
                _load(source, header, place, seen)
                for place in _numbers(page, _SUB_DIRECTORIES)[:_MAX_DIRECTORIES]
                if place not in seen
            )
    except ERRORS:
        pass  # what was found so far counts; Pillow judges the rest
    return pages, others


def _load(source: IO[bytes], header: bytes, offset: int, seen: set[int]) -> Directory:
    seen.add(offset)
    directory = Directory(header)
    source.seek(offset)
    directory.load(source)
    return directory


def _numbers(directory: Directory, tag: int) -> list[int]:
    value = directory.get(tag, ())
    values = value if isinstance(value, tuple) else (value,)
    return [number for number in values if isinstance(number, int)]


def _is_reduced(directory: Directory) -> bool:
    return any(number & _REDUCED for number in _numbers(directory, _SUBFILE_TYPE))


def _is_raw(directory: Directory) -> bool:
    return (
        _DNG_VERSION in directory
        or not _SENSOR.isdisjoint(_numbers(directory, _PHOTOMETRIC))
        or not _RAW_COMPRESSIONS.isdisjoint(_numbers(directory, _COMPRESSION))
    )


def _is_complete(directory: Directory, size: int) -> bool:
    """Check that a page has a size, and that all its strips or tiles are in the file."""
    if not (any(_numbers(directory, _WIDTH)) and any(_numbers(directory, _LENGTH))):
        return False
    for places, sizes in _PLACES:
        starts, lengths = _numbers(directory, places), _numbers(directory, sizes)
        if starts:
            return len(starts) == len(lengths) and all(
                start + length <= size for start, length in zip(starts, lengths, strict=True)
            )
    return False
