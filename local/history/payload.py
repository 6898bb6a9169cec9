"""Turns inputs and answers into JSON of a limited size, without credentials."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import msgspec

MOST_BYTES = 64 * 1024
MOST_LEVELS = 64
"""Depth of nested lists and objects. Each reader of JSON gives up at some depth of its own."""
_SECRET = {
    "apikey",
    "authorization",
    "x-api-key",
    "cookie",
    "set-cookie",
    "x-amz-security-token",
    "proxy-authorization",
}
_HIDDEN = "(not recorded)"
_SHORTEST_SECRET = 8  # a shorter one may be part of anything
_SHOWN_OF_CUT = 8 * 1024


def of_value(value: Any) -> Any:
    """Return a value as JSON; if it is longer than ``MOST_BYTES``, the beginning and a note.

    A value with more than ``MOST_LEVELS`` becomes a text.
    """
    if value is None:
        return None
    try:
        text = msgspec.json.encode(value)
        if _is_deep(msgspec.json.decode(text)):
            text = msgspec.json.encode(text.decode())
    except RecursionError:
        text = msgspec.json.encode("(nested too deeply to be recorded)")
    except (TypeError, ValueError, OverflowError):  # a lone surrogate, for one
        text = msgspec.json.encode(json.dumps(value, default=str))
    return msgspec.Raw(text) if len(text) <= MOST_BYTES else _cut(text, len(text))


def of_body(body: bytes, size: int, content_type: str = "") -> Any:
    """Return an HTTP body: JSON as it is, other text as a string, other bytes as a note."""
    if not size:
        return None
    if size > len(body):
        return _cut(body, size) if _begins_as_text(body) else _note(size, content_type)
    with contextlib.suppress(ValueError, RecursionError):
        if not _is_deep(msgspec.json.decode(body)):
            return msgspec.Raw(body)
    return of_value(body.decode()) if _is_text(body) else _note(size, content_type)


def without_secrets(event: Any) -> Any:
    """Return an API's event without the caller's credentials; the body stays as it is.

    A GraphQL API's is a list, with the headers in each item's ``request``.
    """
    if isinstance(event, list):
        return [_without_headers(item) for item in event]
    if not isinstance(event, dict) or not isinstance(event.get("requestContext"), dict):
        return event
    headers, context = event.get("headers"), event["requestContext"]
    secrets = _secrets(headers) if isinstance(headers, dict) else set()
    cleaned = dict(event)
    for name in ("headers", "multiValueHeaders"):
        if isinstance(event.get(name), dict):
            cleaned[name] = _hidden(event[name], secrets)
    if isinstance(context.get("identity"), dict):
        cleaned["requestContext"] = {**context, "identity": _hidden(context["identity"], secrets)}
    return cleaned


def _without_headers(item: Any) -> Any:
    match item:
        case {"request": {"headers": dict(headers)} as request}:
            return {**item, "request": {**request, "headers": safe_headers(headers)}}
    return item


def safe_headers(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return headers without credentials."""
    return _hidden(headers, _secrets(headers))


def _secrets(headers: Mapping[str, Any]) -> set[str]:
    """Return the values of headers that hold credentials; of ``Bearer x``, x."""
    values = [str(value) for name, value in headers.items() if name.lower() in _SECRET]
    return {value.rpartition(" ")[2] for value in values if len(value) >= _SHORTEST_SECRET}


def _hidden(fields: Mapping[str, Any], secrets: set[str]) -> dict[str, Any]:
    return {
        name: _HIDDEN
        if value and (name.lower() in _SECRET or any(secret in str(value) for secret in secrets))
        else value
        for name, value in fields.items()
    }


def _is_deep(value: Any) -> bool:
    """Return whether a value has more than ``MOST_LEVELS`` of lists and objects."""
    nested, levels = [value], 0
    while nested := [each for each in nested if isinstance(each, dict | list)]:
        levels += 1
        if levels > MOST_LEVELS:
            return True
        nested = [
            member
            for each in nested
            for member in (each.values() if isinstance(each, dict) else each)
        ]
    return False


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _begins_as_text(body: bytes) -> bool:
    """Return True for the beginning of a text, which may end within a character."""
    return any(_is_text(body[: len(body) - cut]) for cut in range(4))


def _note(size: int, content_type: str) -> str:
    return f"({size:,} bytes{f' of {content_type}' if content_type else ''})"


def _cut(text: bytes, size: int) -> str:
    shown = text[:_SHOWN_OF_CUT].decode(errors="replace")
    return f"{shown}\n… (the beginning of {size:,} bytes)"
