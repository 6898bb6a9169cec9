"""A request to create a user: checks the body."""

import re

import msgspec

from handlers.domain.email_address import MAX_LENGTH, MAX_LOCAL_LENGTH
from handlers.domain.user import (
    CONTROL_CHARACTERS,
    EMAIL_PATTERN,
    MAX_NAME_LENGTH,
    NewUser,
    is_visible,
)

MAX_BODY_BYTES = 8192
"""A name of 100 and an address of 254 characters fit in 5 KB, however they are escaped."""

_NULL = msgspec.Raw(b"null")
_KINDS = {
    b"{": "an object",
    b"[": "an array",
    b"t": "a boolean",
    b"f": "a boolean",
}
# The last two of each plane are noncharacters; those of the first are in CONTROL_CHARACTERS.
_LAST_TWO = "".join(f"\\U{plane:04x}fffe\\U{plane:04x}ffff" for plane in range(1, 17))
_CONTROL = re.compile(f"[{CONTROL_CHARACTERS}{_LAST_TWO}]")
_EMAIL = re.compile(EMAIL_PATTERN)


class InvalidRequest(Exception):
    """The request is refused; the text tells the caller why and quotes no value."""


class _Fields(msgspec.Struct):
    name: msgspec.Raw = _NULL
    email: msgspec.Raw = _NULL


def parse_new_user(body: bytes) -> NewUser:
    """Parse a body ``{"name": …, "email": …}`` and check it by the rules of ``NewUser``'s schema.

    Unknown fields are ignored. If a field appears twice, the last one counts, as in JavaScript and
    Python. The limits apply to the values as sent; then spaces at both ends are removed.

    Raises:
        InvalidRequest: the body is not a JSON object, or a field is missing, null, blank, of the
            wrong type, or out of bounds.
    """
    try:
        # msgspec skips the strings of unknown fields; `decode` checks that they are UTF-8 too.
        fields = msgspec.json.decode(body.decode(), type=_Fields)
        raw = {"name": bytes(fields.name), "email": bytes(fields.email)}
        if b"null" in raw.values():
            raise InvalidRequest("Name and email are required")
        name, email = (_text(field, value) for field, value in raw.items())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest("Invalid request body") from None
    if not name.strip() or not email.strip():
        raise InvalidRequest("Name and email are required")
    _check_name(name)
    _check_email(email)
    return NewUser(name.strip(), email.strip())


def _text(field: str, raw: bytes) -> str:
    if not raw.startswith(b'"'):
        kind = _KINDS.get(raw[:1], "a number")
        raise InvalidRequest(f"{field} is {kind}; it must be a string")
    return msgspec.json.decode(raw, type=str)


def _check_name(name: str) -> None:
    _check_length("name", name, MAX_NAME_LENGTH, "which is what fits into an e-mail's greeting")
    _check_control("name", name)
    if not is_visible(name):
        raise InvalidRequest(
            f"name has {len(name)} characters, and none is visible (the first is "
            f"U+{ord(name.strip()[0]):04X}); it must have at least one that is, because people "
            "read it"
        )


def _check_email(email: str) -> None:
    _check_length("email", email, MAX_LENGTH, "which is what mail servers accept (RFC 5321)")
    _check_control("email", email)
    local = email.strip(" ").rpartition("@")[0]
    _check_length(
        "the part of email before the @",
        local,
        MAX_LOCAL_LENGTH,
        "which is what mail servers accept (RFC 5321)",
    )
    if not _EMAIL.fullmatch(email):
        raise InvalidRequest(
            f"email ({len(email)} characters) is not an address like ada@example.com; allowed are "
            "ASCII letters, digits and !#$%&'*+/=?^_`{|}~-. before the @, and behind it a domain "
            "with a dot (an international one in its Punycode form xn--…), because others cannot "
            "be written to"
        )


def _check_length(what: str, value: str, limit: int, why: str) -> None:
    if len(value) > limit:
        raise InvalidRequest(
            f"{what} is {len(value)} characters long; at most {limit} are allowed, {why}"
        )


def _check_control(field: str, value: str) -> None:
    if found := _CONTROL.search(value):
        raise InvalidRequest(
            f"{field} has a control character (U+{ord(found[0]):04X}, character "
            f"{found.start() + 1} of {len(value)}); only printable text is allowed, because it is "
            "written into e-mails"
        )
