"""E-mail addresses: which are accepted, and when two are the same.

Addresses are ASCII: SES does not support SMTPUTF8, which other local parts need, and accepts
international domains only in their Punycode form (``xn--…``). RFC 5322 also allows quoted local
parts, comments, display names and address literals, but no real address has them. Refusing them
excludes every character that could begin another header or another recipient.
"""

import hashlib
import re

MAX_LENGTH = 254
"""Characters in an address; with angle brackets, 256 (RFC 5321, 4.5.3.1.3)."""

MAX_LOCAL_LENGTH = 64
"""Characters before the ``@`` (RFC 5321, 4.5.3.1.1)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"

PATTERN = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LABEL}"
"""A regular expression, without anchors, that means the same in Python, Java, Go and ECMAScript.

It has no lookahead, so it does not limit the lengths."""

LOCAL_PATTERN = rf"[^ @]{{1,{MAX_LOCAL_LENGTH}}}@"
"""A regular expression of the same kind for the beginning of an address."""


def is_address(text: str) -> bool:
    """Check that a text is one bare address that can receive e-mail."""
    short = len(text) <= MAX_LENGTH and text.find("@") <= MAX_LOCAL_LENGTH
    # `re` compiles the pattern on first use and keeps it; most functions never use it.
    return short and re.fullmatch(PATTERN, text) is not None


def normalise(address: str) -> str:
    """Return an address stripped and in lower case, for comparisons.

    Domains ignore case, and so do the mailboxes of all large providers. Dots and ``+tags`` stay,
    because their meaning differs between providers.
    """
    return address.strip().lower()


def guard_id(address: str) -> str:
    """Return the id of the guard: the item that reserves an address for one user.

    The id contains a hash, so the address itself is stored in the user's item only.
    """
    return f"email#{hashlib.sha256(normalise(address).encode()).hexdigest()}"
