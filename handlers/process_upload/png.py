"""PNG as Pillow should see it: only the data that its pixels and colours are made of.

Pillow rejects a picture for texts that are large or broken, and lets one named ``transparency``
replace the real one.
"""

import zlib
from collections.abc import Iterator
from typing import IO, Any

from PIL import Image

from handlers.process_upload.pieces import assembled

_SIGNATURE_BYTES = 8
_MAX_BYTES = 4 * 1024 * 1024  # of a profile or a text that is looked at, unpacked
_ANCILLARY = 0x20  # bit of the first letter of a chunk's name
_EXIF_TEXT = "Raw profile type exif"  # where programs wrote EXIF before PNG had a place for it
_XMP_TEXT = "XML:com.adobe.xmp"

_LOOKED_AT = frozenset({b"tRNS", b"eXIf", b"iCCP", b"tEXt", b"zTXt", b"iTXt"})
_TRANSPARENCY_BYTES = {0: (2,), 2: (6,), 3: range(1, 257)}  # by colour type

Chunk = tuple[bytes, int, int]


def cleaned(source: IO[bytes]) -> tuple[IO[bytes], dict[str, Any]]:
    """Return the picture without metadata, and those that matter, named as in ``Image.info``."""
    info: dict[str, Any] = {}
    kept: list[tuple[int, int]] = []
    colour_type = _header(source)[1]
    for name, start, end in _chunks(source):
        if not name[0] & _ANCILLARY:
            kept.append((start, end))
        elif name in _LOOKED_AT and (content := _content(source, name, start, end)) is not None:
            if name != b"tRNS":
                info.update(_metadata(name, content))
            elif len(content) in _TRANSPARENCY_BYTES.get(colour_type, ()):
                kept.append((start, end))
    return assembled(source, kept), info


def _header(source: IO[bytes]) -> bytes:
    """Return the bits of a sample and the colour type."""
    source.seek(_SIGNATURE_BYTES + 16)
    return source.read(2).ljust(2, b"\x00")


def _content(source: IO[bytes], name: bytes, start: int, end: int) -> bytes | None:
    """Return the content of a chunk, if it is not too large and its checksum is right."""
    if end - start > _MAX_BYTES:
        return None
    source.seek(start + 8)
    content, checksum = source.read(end - start - 12), source.read(4)
    is_right = zlib.crc32(content, zlib.crc32(name)) == int.from_bytes(checksum, "big")
    return content if is_right else None


def mend_transparency(image: Image.Image, source: IO[bytes]) -> None:
    """Scale the transparent colour as Pillow has scaled the pixels."""
    depth = _header(source)[0]
    colour = image.info.get("transparency")
    most = 2**depth - 1
    if image.mode == "L" and isinstance(colour, int):
        image.info["transparency"] = (colour & most) * 255 // most
    elif image.mode == "I;16" and isinstance(colour, int):
        image.info["transparency"] = colour & most
    elif isinstance(colour, tuple):
        image.info["transparency"] = tuple((value & most) >> (depth - 8) for value in colour)


def _chunks(source: IO[bytes]) -> Iterator[Chunk]:
    """Yield each chunk's name, start and end; the signature and an incomplete end have no name."""
    end = source.seek(0, 2)
    at = _SIGNATURE_BYTES
    yield b"\x00", 0, at
    while at < end:
        source.seek(at)
        header = source.read(8)
        after = at + 12 + int.from_bytes(header[:4], "big")
        if after > end:
            yield b"\x00", at, end
            return
        yield header[4:], at, after
        at = after


def _metadata(name: bytes, content: bytes) -> Iterator[tuple[str, Any]]:
    keyword, _, rest = content.partition(b"\x00")
    key = keyword.decode("latin-1")
    if name == b"eXIf":
        yield "exif", b"Exif\x00\x00" + content
    elif name == b"iCCP":
        yield "icc_profile", _unpacked(rest[1:])
    elif name == b"iTXt" and key == _XMP_TEXT:
        flags, text = rest[:2], rest[2:].split(b"\x00", 2)[-1]
        yield "xmp", _unpacked(text) if flags[:1] == b"\x01" else text
    elif key == _EXIF_TEXT and name in (b"tEXt", b"zTXt"):
        text = _unpacked(rest[1:]) if name == b"zTXt" else rest
        yield key, text.decode("latin-1")


def _unpacked(packed: bytes) -> bytes:
    """Unpack a text or a profile; nothing if it is broken or too large."""
    stream = zlib.decompressobj()
    try:
        unpacked = stream.decompress(packed, _MAX_BYTES)
    except zlib.error:
        return b""
    return b"" if stream.unconsumed_tail else unpacked
