"""The type of a file, by its content, and by its name where the content cannot tell.

Pictures, PDF and Word have signatures. A signature counts at the start only, and only if the file
does not read on as text; before the one of a PDF, readers tolerate other bytes, and so does this
module if the name says PDF. Text has no signature: a file counts as text if its name ends in
``.txt``, ``.csv``, ``.md`` and the like, so that logs, source code and JSON are copied unchanged.
HTML is recognised by its first tag or by its name.
"""

import re
from collections.abc import Callable
from enum import StrEnum

from handlers.process_upload import directory

HEAD_BYTES = 4096
"""Bytes of a file's beginning that ``kind`` needs."""

TAIL_BYTES = 262_144
"""Bytes of a file's end that ``kind`` needs: an archive's directory, for about 3,000 members."""


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
    XHTML = "XHTML"
    TEXT = "TEXT"


PICTURES = frozenset({Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF, Kind.TIFF})

_TEXTS = frozenset({Kind.HTML, Kind.XHTML, Kind.TEXT})
_NAMES = {
    extension: kind
    for kind, extensions in {
        Kind.JPEG: ".jpg .jpeg .jpe",
        Kind.PNG: ".png",
        Kind.WEBP: ".webp",
        Kind.GIF: ".gif",
        Kind.TIFF: ".tif .tiff",
        Kind.PDF: ".pdf",
        Kind.DOCX: ".docx .docm .dotx .dotm",
        Kind.HTML: ".html .htm",
        Kind.XHTML: ".xhtml .xht",
        Kind.TEXT: ".txt .text .csv .tsv .md .markdown",
    }.items()
    for extension in extensions.split()
}
_CAMERA_RAW = re.compile(
    r"\.(3fr|arw|cr2|dcr|dng|erf|fff|gpr|iiq|k25|kdc|mef|mos|nef|nrw|orf|pef|ptx|raw|rw2|rwl|sr2"
    r"|srf|srw)\Z",
    re.IGNORECASE,
)
_SIGNATURES = (
    (re.compile(rb"\xff\xd8\xff"), Kind.JPEG),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Kind.PNG),
    (re.compile(rb"GIF8[79]a"), Kind.GIF),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), Kind.WEBP),
    (re.compile(rb"II[*+]\x00|MM\x00[*+]"), Kind.TIFF),
)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ARCHIVE = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # in it, Office encrypts documents
_PDF = re.compile(rb"(\xef\xbb\xbf)?\s*%PDF-\d")
_PDF_MARK = b"%PDF-"
_PDF_WITHIN = 1024  # bytes that readers accept before the header; ISO 32000-1, annex H.3.4.1
_PDF_END = b"startxref"
_HTML = re.compile(rb"(\xef\xbb\xbf)?\s*(<!doctype\s+html[\s>]|<html[\s>/])", re.IGNORECASE)


def kind(extension: str, head: bytes, tail: Callable[[], bytes]) -> Kind | None:
    """Return the type of a file, or None if files of its type are not parsed.

    Args:
        extension: the extension of the file's name, such as ``.JPG``.
        head: the file's first ``HEAD_BYTES``, or all of it.
        tail: returns the last ``TAIL_BYTES``, or all of it; called for ZIP archives, and for a PDF
            whose name does not say so.
    """
    named = named_kind(extension)
    text = named if named in _TEXTS else None
    for signature, found in _SIGNATURES:
        start = signature.match(head)
        if start and (named is found or _is_binary(head[start.end() :], text)):
            is_raw = found is Kind.TIFF and _CAMERA_RAW.match(extension)
            return None if is_raw else found
    if head.startswith(_ARCHIVE):
        return Kind.DOCX if directory.is_word(tail(), named=named is Kind.DOCX) else text
    if head.startswith(_OLE):
        return named if named is Kind.DOCX else text
    if named is Kind.PDF and _PDF_MARK in head[:_PDF_WITHIN]:
        return Kind.PDF
    if _PDF.match(head) and (_NOT_TEXT.search(head) or _PDF_END in tail()):
        return Kind.PDF
    return Kind.HTML if text is None and _HTML.match(head) else text


def named_kind(extension: str) -> Kind | None:
    """Return the type that a file's name claims, or None if it claims none that is parsed."""
    return _NAMES.get(extension.lower())


def claims_other(extension: str) -> bool:
    """Check for a name that claims a type with a signature, which ``kind`` would have found."""
    return named_kind(extension) not in {None, *_TEXTS}


def _is_binary(rest: bytes, text: Kind | None) -> bool:
    """Check that what follows a signature is not text."""
    return _NOT_TEXT.search(rest) is not None or (not rest and text is None)
