"""The charset of text, found and understood as browsers do.

In this order: the byte order mark, the ``Content-Type`` of the upload, what the content declares,
UTF-8 if the content is valid UTF-8, and windows-1252 (bytes that it does not define become U+FFFD).
Labels mean what the Encoding Standard says: ``iso-8859-1`` is windows-1252, ``gb2312`` is GB18030.
"""

import re
from collections.abc import Iterable

import webencodings

from handlers.process_upload import whatwg
from handlers.process_upload.rejection import Reason, Rejected

# Byte order marks. The order matters: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WIDE = {"utf-16le", "utf-16be"}
_WIDE_XML = ((b"<\x00?\x00x\x00", "utf-16-le"), (b"\x00<\x00?\x00x", "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)


def decode(content: bytes, content_type: str, declared: Iterable[str] = ()) -> str:
    """Return the text.

    Args:
        content: the file.
        content_type: the header of the upload.
        declared: the charsets that the content declares, the most important first.

    Raises:
        Rejected: ``MISMATCH`` for a file with NUL characters, which is not text.
    """
    for mark, codec in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(codec, errors="replace")
    for start, codec in _WIDE_XML:
        if content.startswith(start):
            return content.decode(codec, errors="replace")
    label = in_content_type(content_type)
    if (name := _name(label)) in _WIDE:
        return content.decode(name, errors="replace")
    if b"\x00" in content:
        raise Rejected(Reason.MISMATCH)
    # Tools for uploads write `charset=utf-8` whatever they send, so it must prove to be true.
    names = [name if name != "utf-8" else None, *map(_name, declared)]
    for name in names:
        if name is not None and name not in _WIDE:  # the second: it could not have been read
            return whatwg.decode(content, name)
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")


def in_content_type(header: str) -> str:
    """Return the charset that a ``Content-Type`` names, or ""."""
    found = _CHARSET.search(header)
    return found[1] if found else ""


def _name(label: str) -> str | None:
    """Return the encoding of a label; None if it has none, or one that browsers do not decode."""
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name == "replacement":
        return None
    name: str = encoding.name
    return "windows-1252" if name == "x-user-defined" else name
