"""The directory of a ZIP archive, as far as the end of the file holds it.

Unlike ``zipfile``, this reads nothing else of the file, and no entry makes it fail.
"""

from collections.abc import Iterator

_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
_ENTRY_BYTES = 46


def is_word(tail: bytes, *, named: bool) -> bool:
    """Check for a package (Office Open XML) that may be a Word document.

    Args:
        tail: the end of the archive.
        named: the file's name says that it is one, so its main part may have any name.
    """
    end = tail.rfind(_END)
    if end < 0:
        return False
    start = end - int.from_bytes(tail[end + 12 : end + 16], "little")
    names = {
        name.replace(b"\\", b"/").lstrip(b"/").lower() for name in _names(tail[max(0, start) : end])
    }
    # A directory that begins before the tail has entries that are not seen here.
    is_package = start < 0 or b"[content_types].xml" in names
    return is_package and (named or any(name.startswith(b"word/") for name in names))


def _names(entries: bytes) -> Iterator[bytes]:
    """Yield the names of the members; see APPNOTE.TXT, 4.3.12 and 4.3.16."""
    at = entries.find(_ENTRY)
    while at >= 0 and entries.startswith(_ENTRY, at):
        name, extra, comment = (
            int.from_bytes(entries[at + place : at + place + 2], "little") for place in (28, 30, 32)
        )
        start = at + _ENTRY_BYTES
        yield entries[start : start + name]
        at = start + name + extra + comment
