"""TIFF as Pillow should see it: the directory of the picture, without metadata.

The container also holds the raw data of cameras, whose first directory is a small preview. Pillow
rejects a picture whose metadata are broken.
"""

import struct
from typing import IO, Any

from PIL import Image
from PIL.TiffImagePlugin import OPEN_INFO

from handlers.process_upload.ifd import Directories, Directory
from handlers.process_upload.pieces import assembled
from handlers.process_upload.rejection import Reason, Rejected

_MOST_DIRECTORIES = 64
_SUBFILE_TYPE, _WIDTH, _LENGTH, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 259, 262
_PLACES = ((273, 279), (324, 325))  # where strips or tiles begin, and their sizes
_SUB_DIRECTORIES, _DNG_VERSION = 330, 50706
_ORIENTATION, _XMP, _PROFILE, _NO_DATA = 274, 700, 34675, 42113
# What the pixels are made of: sizes, samples, compression, strips, tiles, colours.
_PIXELS = frozenset(
    {*range(256, 260), 262, 266, *_PLACES[0], 277, 278, 284, 292, 293, 317, *range(320, 326)}
    | {332, 338, 339, 347, *range(512, 522), *range(529, 533)}
)
_REDUCED = 1  # bit of the subfile type
_OLD_SUBFILE_TYPE, _OLD_REDUCED = 255, 2
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
"""What Pillow raises for files and metadata that are broken."""

# Pillow decodes these samples, but its table lacks some byte orders and black-and-white orders.
_GREYS = {
    b"II": {12: ("I;16", "I;12"), 16: ("I;16", "I;16"), 32: ("I", "I;32")},
    b"MM": {12: ("I;16", "I;12"), 16: ("I;16B", "I;16B"), 32: ("I", "I;32B")},
}
for _order, _greys in _GREYS.items():
    for _bits, _modes in _greys.items():
        for _photometric in (0, 1):
            OPEN_INFO.setdefault((_order, _photometric, (1,), 1, (_bits,), ()), _modes)


def cleaned(source: IO[bytes]) -> tuple[IO[bytes], dict[str, Any]]:
    """Return the picture without metadata, and those that matter, named as in ``Image.info``.

    Raises:
        Rejected: ``NOT_PARSED`` for the raw data of a camera.
    """
    file = Directories(source)
    picture = _picture(file, source)
    tags = _PIXELS
    if file.numbers(picture, _ORIENTATION):
        tags |= {_ORIENTATION}
    info = {
        "xmp": file.data(picture, _XMP),
        "icc_profile": file.data(picture, _PROFILE),
        "no_data": file.data(picture, _NO_DATA).decode("latin-1"),
    }
    return assembled(source, list(file.alone(picture, tags))), info


def mend_byte_order(image: Image.Image) -> None:
    """Make Pillow read libtiff's output in the machine's byte order, in which libtiff unpacks."""
    for index, tile in enumerate(image.tile):  # type: ignore[attr-defined]
        if tile.codec_name == "libtiff" and tile.args[0] in _NATIVE:
            native = (_NATIVE[tile.args[0]], *tile.args[1:])
            image.tile[index] = tile._replace(args=native)  # type: ignore[attr-defined]


def is_unsupported(source: IO[bytes], *, opened: bool) -> bool:
    """Check whether the picture, which Pillow could not open or then not decode, may be valid."""
    file = Directories(source)
    picture = _picture(file, source)
    usual = set(file.numbers(picture, _COMPRESSION)) <= _USUAL_COMPRESSIONS
    return not (opened and usual) and _is_complete(file, picture)


def _picture(file: Directories, source: IO[bytes]) -> Directory:
    """Return the first page that is not a preview."""
    pages: list[Directory] = []
    others: list[Directory] = []
    seen: set[int] = set()
    place = file.first
    while place and place not in seen and len(seen) < _MOST_DIRECTORIES:
        seen.add(place)
        page = file.directory(place)
        pages.append(page)
        inner = file.numbers(page, _SUB_DIRECTORIES)[: _MOST_DIRECTORIES - len(others)]
        others += [file.directory(one) for one in inner]
        place = page.following
    source.seek(8)
    if source.read(2) == _CANON_RAW or any(_is_raw(file, one) for one in (*pages, *others)):
        raise Rejected(Reason.NOT_PARSED)
    for page in pages:
        if not _is_reduced(file, page):
            return page
    if any(not _is_reduced(file, other) for other in others if other.entries):
        raise Rejected(Reason.NOT_PARSED)
    return pages[0] if pages else Directory({}, 0)


def _is_reduced(file: Directories, directory: Directory) -> bool:
    return any(number & _REDUCED for number in file.numbers(directory, _SUBFILE_TYPE)) or (
        _OLD_REDUCED in file.numbers(directory, _OLD_SUBFILE_TYPE)
    )


def _is_raw(file: Directories, directory: Directory) -> bool:
    return (
        _DNG_VERSION in directory.entries
        or not _SENSOR.isdisjoint(file.numbers(directory, _PHOTOMETRIC))
        or not _RAW_COMPRESSIONS.isdisjoint(file.numbers(directory, _COMPRESSION))
    )


def _is_complete(file: Directories, directory: Directory) -> bool:
    """Check that a page has a size, and that all its strips or tiles are in the file."""
    if not all(any(file.numbers(directory, tag)) for tag in (_WIDTH, _LENGTH)):
        return False
    for places, sizes in _PLACES:
        if starts := file.numbers(directory, places):
            lengths = file.numbers(directory, sizes)
            return len(starts) == len(lengths) and all(
                start + length <= file.size for start, length in zip(starts, lengths, strict=True)
            )
    return False
