"""Turns items of DynamoDB into plain JSON, and texts into values of keys."""

import base64
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from local.errors import WrongUsage

Attribute = Mapping[str, Any]
"""An attribute's value in botocore's form: one member, named for its type; binary is bytes."""


def plain(attribute: Attribute) -> Any:
    """Return an attribute as plain JSON.

    A set becomes a sorted list, and a binary value its Base64. A number that readers of JSON would
    round becomes a text.
    """
    ((kind, value),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return _number(value)
        case "NS":
            return [_number(digits) for digits in sorted(value, key=Decimal)]
        case "B":
            return _base64(value)
        case "BS":
            return [_base64(content) for content in sorted(value)]
        case "SS":
            return sorted(value)
        case "L":
            return [plain(member) for member in value]
        case "M":
            return plain_item(value)
        case _:
            return value


def plain_item(item: Mapping[str, Attribute], *, first: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return an item as plain JSON, its attributes sorted by name, after those in ``first``."""
    names = sorted(item, key=lambda name: (name not in first, name))
    return {name: plain(item[name]) for name in names}


def key_attribute(kind: str, text: str) -> dict[str, str | bytes]:
    """Return the value of a key's attribute: a text (S), a number (N), or Base64 (B).

    Raises:
        WrongUsage: the text is of another form.
    """
    match kind:
        case "N" if not _is_number(text):
            raise WrongUsage(f"{text!r} is not a number, as the key requires.")
        case "B":
            try:
                return {"B": base64.b64decode(text, validate=True)}
            except ValueError:
                raise WrongUsage(f"{text!r} is not Base64, as the key requires.") from None
    return {kind: text}


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _number(digits: str) -> int | float | str:
    number = Decimal(digits)
    if number == number.to_integral_value():
        return int(number)
    approximate = float(number)
    return approximate if Decimal(repr(approximate)) == number else digits


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
