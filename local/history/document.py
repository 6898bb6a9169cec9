"""Writes a cause as JSON, and reads it."""

from typing import Any

import msgspec

from ops.events.model import Cause

_encode = msgspec.json.Encoder().encode
_LARGEST = 2**63

read = msgspec.json.Decoder(Cause).decode
"""Return the cause that a document is."""


def write(cause: Cause) -> bytes:
    """Return a cause as JSON. What JSON cannot hold, such as half a character, is replaced."""
    try:
        return _encode(cause)
    except (UnicodeEncodeError, OverflowError):
        return _encode(_clean(cause))


def _clean(value: Any) -> Any:
    match value:
        case msgspec.Struct():
            given = {name: _clean(getattr(value, name)) for name in value.__struct_fields__}
            return type(value)(**given)
        case dict():
            return {str(_clean(name)): _clean(member) for name, member in value.items()}
        case list():
            return [_clean(member) for member in value]
        case str():
            return value.encode(errors="replace").decode()
        case int() if abs(value) >= _LARGEST:
            return str(value)
        case _:
            return value
