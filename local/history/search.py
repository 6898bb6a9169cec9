r"""Finds a text in a cause, however JSON and URLs write it: `é` is also `\\u00e9` and `%C3%A9`.

A body is JSON inside of JSON, so that its escapes are escaped again. Capitals make no difference.
"""

import re
import string
from functools import lru_cache

_PLAIN = set(string.ascii_letters + string.digits + "._~-")
"""Characters that are written as they are everywhere."""

_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f"}


def like(text: str) -> str:
    """Return a pattern of SQL's LIKE that matches at least all documents that contain a text."""
    plain = "".join(character if character in _PLAIN else "%" for character in text)
    return f"%{plain.replace('_', '%')}%"


def is_plain(text: str) -> bool:
    """Return True if the pattern of ``like`` matches no other documents."""
    return set(text) <= _PLAIN - {"_"}


def holds(text: str, document: str) -> bool:
    """Return True if a document contains a text."""
    return _expression(text).search(document) is not None


@lru_cache(maxsize=16)
def _expression(text: str) -> re.Pattern[str]:
    return re.compile("".join(map(_forms, text)), re.IGNORECASE)


def _forms(character: str) -> str:
    """Return an expression for the ways to write a character."""
    if character in _PLAIN:
        return re.escape(character)
    written = {re.escape(character)}
    for one in {character, character.lower(), character.upper()}:
        units = one.encode("utf-16-be", "surrogatepass").hex()
        codes = [units[n : n + 4] for n in range(0, len(units), 4)]
        written.add("".join(rf"\\+u{code}" for code in codes))
        written.add("".join(f"%{byte:02x}" for byte in one.encode(errors="replace")))
    if character in _ESCAPES:
        written.add(rf"\\+{_ESCAPES[character]}")
    elif character == " ":
        written.add(r"\+")
    elif character in '"/':
        written.add(rf"\\+{character}")
    elif character == "\\":
        written.add(r"\\+")
    return f"(?:{'|'.join(sorted(written))})"
