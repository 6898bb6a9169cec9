"""E-mail addresses: which ones are accepted, and when two of them are the same.

Addresses are ASCII: SES cannot send to a local part beyond ASCII (it does not offer SMTPUTF8), and
takes an international domain in its Punycode form (``xn--…``) only. Quoted local parts, comments,
display names and address literals are valid by RFC 5322 but no one's real address; refusing them
keeps every character that could begin another header or another recipient out.
"""

import hashlib
import re

MAX_LENGTH = 254
"""Characters in an address: a path of 256 with its angle brackets (RFC 5321, 4.5.3.1.3)."""

MAX_LOCAL_LENGTH = 64
"""Characters before the ``@`` (RFC 5321, 4.5.3.1.1)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_TOP_LABEL = r"[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"

PATTERN = rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_TOP_LABEL}"
"""A regular expression, without anchors, that Python, Java, Go and ECMAScript read alike: it has no
lookahead, so the lengths are not in it."""

LOCAL_PATTERN = rf"[^ @]{{1,{MAX_LOCAL_LENGTH}}}@"
"""How an address begins, likewise."""


def is_address(text: str) -> bool:
    """Whether a text is one bare address that can be written to."""
    short = len(text) <= MAX_LENGTH and text.find("@") <= MAX_LOCAL_LENGTH
    # Compiled (and kept) when it is first used: most functions never do.
    return short and re.fullmatch(PATTERN, text) is not None


def normalise(address: str) -> str:
    """Return the form by which addresses are compared: stripped and in lower case.

    Domains ignore case, and so do the mailboxes of all large providers. Dots and ``+tags`` stay:
    what they mean differs from provider to provider.
    """
    return address.strip().lower()


def guard_id(address: str) -> str:
    """Return the id of the item that keeps a second user from taking the address.

    It holds a hash, so that the address itself stands in the user's own item only.
    """
    return f"email#{hashlib.sha256(normalise(address).encode()).hexdigest()}"
