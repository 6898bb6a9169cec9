"""JPEG as Pillow should see it: only the data that its pixels are made of.

Pillow rejects a picture whose metadata are broken, and reads the previews of some phones.
"""

from collections.abc import Iterator
from typing import IO, Any

from handlers.process_upload.pieces import assembled

_PADDING = 0xFF
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN = 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}
_DECODED_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
_JFIF, _EXIF, _ICC, _ADOBE, _LAST_APP, _COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_EXIF_START = b"Exif\x00\x00"
_XMP_START = b"http://ns.adobe.com/xap/1.0/\x00"
_ICC_START = b"ICC_PROFILE\x00"

Segment = tuple[int, int, int]


def cleaned(source: IO[bytes]) -> tuple[IO[bytes], dict[str, Any]]:
    """Return the picture without metadata, and those that matter, named as in ``Image.info``."""
    kept: list[tuple[int, int]] = []
    info: dict[str, Any] = {}
    profile: list[bytes] = []
    for marker, start, end in _segments(source):
        if not _JFIF <= marker <= _LAST_APP and marker != _COMMENT:
            kept.append((start, end))
            continue
        content = _content(source, start, end)
        if (marker == _JFIF and content.startswith(b"JFIF\x00") and len(content) >= 14) or (
            marker == _ADOBE and content.startswith(b"Adobe") and len(content) >= 12
        ):
            kept.append((start, end))  # these two tell what the colours mean
        elif marker == _EXIF and content.startswith(_EXIF_START):
            info.setdefault("exif", content)
        elif marker == _EXIF and content.startswith(_XMP_START):
            info.setdefault("xmp", content.removeprefix(_XMP_START))
        elif marker == _ICC and content.startswith(_ICC_START):
            profile.append(content.removeprefix(_ICC_START))
    info["icc_profile"] = b"".join(part[2:] for part in sorted(profile, key=lambda part: part[:1]))
    return assembled(source, kept), info


def is_unsupported(source: IO[bytes]) -> bool:
    """Check for a variant that Pillow cannot decode: lossless, 12 bits, two components and such."""
    for marker, start, end in _segments(source):
        if marker in _FRAMES:
            content = _content(source, start, end)
            depth, components = content[:1], content[5:6]
            usual = depth == b"\x08" and components in (b"\x01", b"\x03", b"\x04")
            return marker not in _DECODED_FRAMES or not usual
    return False


def _segments(source: IO[bytes]) -> Iterator[Segment]:
    """Yield each segment's marker, start and end; the last is the scan, or no segment."""
    end = source.seek(0, 2)
    at = 0
    while at < end:
        source.seek(at)
        head = source.read(4)
        marker = head[1] if len(head) == 4 and head[0] == _PADDING else _SCAN
        if marker == _PADDING:
            after = at + 1
        elif marker in _WITHOUT_LENGTH:
            after = at + 2
        else:
            after = at + 2 + int.from_bytes(head[2:], "big")
        if marker == _SCAN or after > end or after == at:
            yield _SCAN, at, end
            return
        yield marker, at, after
        at = after


def _content(source: IO[bytes], start: int, end: int) -> bytes:
    source.seek(start + 4)
    return source.read(max(0, end - start - 4))
