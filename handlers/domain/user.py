"""The user, as requests and responses describe it, and the user's id."""

import re
import secrets
from typing import Annotated

import msgspec

from handlers.domain import email_address

MAX_NAME_LENGTH = 100
"""Characters in a name; an e-mail's greeting has room for no more."""

CONTROL_CHARACTERS = r"\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufffd-\uffff"
"""Characters that no name may contain, for use inside the brackets of a regular expression.

Control characters and line separators could end a line of an e-mail or a log. Direction overrides
can disguise a text. SQS refuses U+FFFE and U+FFFF. U+FFFD means that a gateway replaced bytes that
were not UTF-8, so text was lost.
"""

_SPACES = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

NAME_PATTERN = f"^[{_SPACES}]*[^{_SPACES}{CONTROL_CHARACTERS}][^{CONTROL_CHARACTERS}]*$"
EMAIL_PATTERN = f"^ *{email_address.PATTERN} *$"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH = 26
_ID_PATTERN = "^user_[0-7][0-9A-HJKMNP-TV-Z]{25}$"
_ID = re.compile(_ID_PATTERN)

Name = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=MAX_NAME_LENGTH,
        pattern=NAME_PATTERN,
        description=(
            "The user's name: not blank, without control characters. "
            "Spaces at its ends are removed."
        ),
        examples=["Ada Lovelace"],
    ),
]
Email = Annotated[
    str,
    msgspec.Meta(
        min_length=6,
        max_length=email_address.MAX_LENGTH,
        pattern=EMAIL_PATTERN,
        description=(
            "The user's e-mail address: ASCII, an international domain in its Punycode form; at "
            f"most {email_address.MAX_LOCAL_LENGTH} characters before the @. Letter case does not "
            "tell two addresses apart."
        ),
        examples=["ada@example.com"],
        extra_json_schema={"allOf": [{"pattern": f"^ *{email_address.LOCAL_PATTERN}"}]},
    ),
]
UserId = Annotated[
    str,
    msgspec.Meta(
        pattern=_ID_PATTERN,
        description="`user_` and a ULID: unguessable, sorting by the time of creation.",
        examples=["user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"],
    ),
]
Created = Annotated[
    str,
    msgspec.Meta(
        description="When the user was created: RFC 3339, UTC, to the second.",
        examples=["2026-11-23T03:28:47Z"],
        extra_json_schema={"format": "date-time"},
    ),
]


class NewUser(msgspec.Struct, frozen=True):
    """What a caller sends to create a user."""

    name: Name
    email: Email


class User(msgspec.Struct, frozen=True):
    """A user."""

    id: UserId
    name: Annotated[str, msgspec.Meta(description="The user's name.", examples=["Ada Lovelace"])]
    email: Annotated[
        str,
        msgspec.Meta(description="The address as it was given.", examples=["ada@example.com"]),
    ]
    created: Created


class UserCreated(msgspec.Struct, frozen=True):
    """The answer to a user's creation."""

    user: User
    message: str = "User created successfully"


def new_user_id(epoch_seconds: float) -> str:
    """Return a new id: ``user_`` and a ULID (48 bits of milliseconds, 80 random bits).

    Ids of different milliseconds sort by time. See https://github.com/ulid/spec for the encoding.
    """
    number = (int(epoch_seconds * 1000) << 80) | secrets.randbits(80)
    digits = (_ALPHABET[number >> shift & 31] for shift in range(5 * (_ULID_LENGTH - 1), -1, -5))
    return f"user_{''.join(digits)}"


def is_user_id(text: str) -> bool:
    """Check that a text has the form of a user's id, which ids of guards do not have."""
    return _ID.fullmatch(text) is not None
