"""The user, as requests and responses describe it, and the user's id."""

import re
from typing import Annotated

import msgspec

from handlers.domain import email_address, ulid

MAX_NAME_LENGTH = 100
"""Characters in a name; an e-mail's greeting has room for no more."""

CONTROL_CHARACTERS = (
    r"\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffd-\uffff"
)
"""Characters that no name may contain, for use inside the brackets of a regular expression.

Control characters and line separators could end a line of an e-mail or a log. Direction overrides
can disguise a text. Noncharacters are for a program's own use, and SQS refuses U+FFFE and U+FFFF.
U+FFFD means that a gateway replaced bytes that were not UTF-8, so text was lost.
"""

_SPACES = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Letters and symbols that show nothing: fillers of Hangul, the blank of Braille, the placeholder of
# an object, a note without a head; and what Unicode keeps free for marks that show nothing.
_BLANKS = (
    r"\u115f\u1160\u2065\u2800\u3164\uffa0\ufff0-\ufff8\ufffc"
    "\U0001d159\U000e0000-\U000e0fff"  # as themselves: regular expressions differ in escapes
)
# Of the rest that shows nothing by itself, what the schema can say shortly: format characters, and
# the combining marks of no one script.
_MARKS = (
    r"\u00ad\u0300-\u036f\u0483-\u0489\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    r"\u17b4\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u2060-\u2064"
    r"\u206a-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\ufff9-\ufffb"
)

_SHOWS_NOTHING = _SPACES + _BLANKS + _MARKS
NAME_PATTERN = (
    f"^[^{CONTROL_CHARACTERS}]*[^{_SHOWS_NOTHING}{CONTROL_CHARACTERS}][^{CONTROL_CHARACTERS}]*$"
)
EMAIL_PATTERN = f"^ *{email_address.PATTERN} *$"

_BLANK = re.compile(f"[{_BLANKS}]")
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Mc", "Me"})

_ID_PATTERN = f"^user_{ulid.PATTERN}$"
_ID = re.compile(_ID_PATTERN)

Name = Annotated[
    str,
    msgspec.Meta(
        min_length=1,
        max_length=MAX_NAME_LENGTH,
        pattern=NAME_PATTERN,
        description=(
            "The user's name: at least one visible character; no control characters, and no "
            "noncharacters of Unicode. Spaces at its ends are removed. The welcome e-mail greets "
            "by name only if the text can be nothing but a name."
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
            f"most {email_address.MAX_LOCAL_LENGTH} characters before the @. Addresses that differ "
            "only in letter case are the same."
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
    """The response to a user's creation."""

    user: User
    message: str = "User created successfully"


def is_visible(text: str) -> bool:
    """Check that a text has a character that shows something by itself.

    Spaces, combining marks and format characters do not, nor do a few letters and symbols.
    """
    if text.isascii():
        return any("!" <= character <= "~" for character in text)
    # Half a megabyte of tables, which a function with ASCII names never loads.
    from unicodedata import category

    return any(
        category(character) not in _INVISIBLE and not _BLANK.match(character) for character in text
    )


def new_user_id(epoch_seconds: float) -> str:
    """Return a new id: ``user_`` and a ULID. Ids of different milliseconds sort by time."""
    return f"user_{ulid.new_ulid(epoch_seconds)}"


def is_user_id(text: str) -> bool:
    """Check that a text has the form of a user's id, which ids of guards do not have."""
    return _ID.fullmatch(text) is not None
