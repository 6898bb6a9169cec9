"""Turns inputs and answers into JSON of a limited size, without credentials."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec

MOST_BYTES = 64 * 1024
_SECRET = {"authorization", "x-api-key", "cookie", "x-amz-security-token", "proxy-authorization"}
_HIDDEN = "(not recorded)"
_SHOWN_OF_CUT = 8 * 1024


def of_value(value: Any) -> Any:
    """Return a value as JSON; if it is longer than ``MOST_BYTES``, the beginning and a note."""
    if value is None:
        return None
    try:
        text = msgspec.json.encode(value)
        msgspec.json.decode(text)
    except (TypeError, ValueError, OverflowError, RecursionError):  # a lone surrogate, for one
        text = msgspec.json.encode(json.dumps(value, default=str))
    return msgspec.Raw(text) if len(text) <= MOST_BYTES else _cut(text, len(text))


def of_body(body: bytes, size: int, content_type: str = "") -> Any:
    """Return an HTTP body: JSON as it is, other text as a string, other bytes as a note."""
    if not size:
        return None
    if size > len(body):
        return _cut(body, size)
    try:
        msgspec.json.decode(body)
        return msgspec.Raw(body)
    except (ValueError, RecursionError):
        pass
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"({size:,} bytes{f' of {content_type}' if content_type else ''})"
    return of_value(text)


def without_secrets(event: Any) -> Any:
    """Return an API's event without the caller's credentials."""
    if not isinstance(event, dict) or "requestContext" not in event:
        return event
    cleaned = dict(event)
    for name in ("headers", "multiValueHeaders"):
        if isinstance(event.get(name), dict):
            cleaned[name] = safe_headers(event[name])
    context = event["requestContext"]
    if isinstance(context, dict) and isinstance(context.get("identity"), dict):
        identity = {**context["identity"]}
        identity.update({"apiKey": _HIDDEN} if identity.get("apiKey") else {})
        cleaned["requestContext"] = {**context, "identity": identity}
    return cleaned


def safe_headers(headers: Mapping[str, Any]) -> dict[str, Any]:
    """Return headers without the values of those that hold credentials."""
    return {name: _HIDDEN if name.lower() in _SECRET else value for name, value in headers.items()}


def _cut(text: bytes, size: int) -> str:
    shown = text[:_SHOWN_OF_CUT].decode(errors="replace")
    return f"{shown}\n… (the beginning of {size:,} bytes)"
