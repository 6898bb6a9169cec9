"""The type of a file, by its content, and by its name where the content cannot tell.

Pictures, PDF and DOCX have signatures. Text has none: a file counts as text if its name ends in
``.txt``, ``.csv``, ``.md`` and the like, so that logs, source code and JSON are copied unchanged.
HTML is recognised by its first tag or by its name.
"""

from collections.abc import Callable
from enum import StrEnum

HEAD_BYTES = 4096
"""Bytes of a file's beginning that ``kind`` needs."""

TAIL_BYTES = 262_144
"""Bytes of an archive's end that ``kind`` needs: its directory, for about 3,000 members."""


class Kind(StrEnum):
    """A type of file that is parsed. The values of pictures are Pillow's names."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    TIFF = "TIFF"
    PDF = "PDF"
    DOCX = "DOCX"
    HTML = "HTML"
    TEXT = "TEXT"


PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF, Kind.TIFF})

_TEXT = {
    **dict.fromkeys((".txt", ".text", ".csv", ".tsv", ".md", ".markdown"), Kind.TEXT),
    **dict.fromkeys((".html", ".htm", ".xhtml"), Kind.HTML),
}
_CLAIMS = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif", ".tif", ".tiff", ".pdf", ".docx"}
)
_SIGNATURES = (
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
)
_PDF_WITHIN = 1024  # bytes that readers accept before the header; ISO 32000-1, annex H.3.4.1
_ARCHIVE = b"PK\x03\x04"
_DIRECTORY_END = b"PK\x05\x06"


def kind(extension: str, head: bytes, tail: Callable[[], bytes]) -> Kind | None:
    """Return the type of a file, or None if files of its type are not parsed.

    Args:
        extension: the extension of the file's name, such as ``.JPG``.
        head: the file's first ``HEAD_BYTES``, or all of it.
        tail: returns the last ``TAIL_BYTES``, or all of it; called for zip archives only.
    """
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Kind.WEBP
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return Kind.PDF
    if head.startswith(_ARCHIVE):
        return Kind.DOCX if _is_word(tail()) else _TEXT.get(extension.lower())
    if (
        head.removeprefix(b"\xef\xbb\xbf")
        .lstrip()
        .lower()
        .startswith((b"<!doctype html", b"<html"))
    ):
        return Kind.HTML
    return _TEXT.get(extension.lower())


def claims_other(extension: str) -> bool:
    """Check for a name that claims a type with a signature, which ``kind`` would have found."""
    return extension.lower() in _CLAIMS


def _is_word(tail: bytes) -> bool:
    """Check that an archive's directory, at its end, names the main part of a Word document.

    The size of the directory is at byte 12 of the record that follows it.
    """
    end = tail.rfind(_DIRECTORY_END)
    if end < 0:
        return False
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    return b"word/document.xml" in tail[max(0, end - size) : end]
