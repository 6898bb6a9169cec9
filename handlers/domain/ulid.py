"""Ids that cannot be guessed, and sort by the time of their creation."""

import secrets

PATTERN = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
"""A ULID, as a regular expression."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26


def new_ulid(epoch_seconds: float) -> str:
    """Return a new ULID: 48 bits of milliseconds, 80 random bits.

    ULIDs of different milliseconds sort by time. See https://github.com/ulid/spec for the encoding.
    """
    number = (int(epoch_seconds * 1000) << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
