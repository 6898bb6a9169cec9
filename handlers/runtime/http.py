"""HTTP as API Gateway's REST proxy integration speaks it: event in, response out."""

import base64
import binascii
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from handlers.runtime import log
from handlers.runtime.faults import Unavailable

Event = dict[str, Any]
Response = dict[str, Any]

RETRY_AFTER_SECONDS = 2


class Error(msgspec.Struct, frozen=True):
    """Why a request was not served."""

    error: str


class InvalidBody(Exception):
    """The body is not what its event says it is: text, or Base64."""


class BodyTooLarge(Exception):
    """The body is larger than the limit."""


def body(event: Event, *, limit: int) -> bytes:
    """Return a request's body, empty if there is none.

    Args:
        event: API Gateway's proxy event.
        limit: bytes that are allowed.

    Raises:
        BodyTooLarge: before it is decoded, where that can be told.
        InvalidBody: no Base64, or text that is no Unicode (a lone surrogate).
    """
    text: str = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    # Four characters of Base64 stand for three bytes; a character of text is at least one.
    if len(text) > (limit + 2) // 3 * 4 if encoded else len(text) > limit:
        raise BodyTooLarge
    try:
        content = base64.b64decode(text, validate=True) if encoded else text.encode()
    except (binascii.Error, ValueError):
        raise InvalidBody from None
    if len(content) > limit:
        raise BodyTooLarge
    return content


def header(event: Event, name: str) -> str | None:
    """Return a request header's value (the last one, if it came twice), whatever its case."""
    wanted = name.lower()
    for key, value in (event.get("headers") or {}).items():
        if key.lower() == wanted:
            return str(value)
    return None


def respond(
    status: int, payload: msgspec.Struct, *, headers: dict[str, str] | None = None
) -> Response:
    """Make a JSON response that neither caches nor browsers reinterpret."""
    return {
        "statusCode": status,
        "headers": {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        },
        "body": msgspec.json.encode(payload).decode(),
        "isBase64Encoded": False,
    }


def refuse(
    status: int, name: str, error: str, *, headers: dict[str, str] | None = None
) -> Response:
    """Make the response to a request that is not served, and log ``name`` as its outcome."""
    log.outcome(name, status=status)
    return respond(status, Error(error), headers=headers)


def serve(
    event: Event, answer: Callable[[], Response], *, failed: str, cors_origins: str
) -> Response:
    """Answer one request; this is the edge at which errors become responses.

    ``Unavailable`` becomes 503 (outcome ``busy``). Every other error becomes 500 (outcome
    ``failed``), logged with its stack: it is caught here because nobody retries a synchronous
    invocation, and the gateway would answer it with 502 and a body of its own.

    Args:
        event: API Gateway's proxy event.
        answer: gives the response to it.
        failed: the 500's text, which says what failed and not why.
        cors_origins: origins of browsers that may call, separated by commas; may be empty.
    """
    try:
        response = answer()
    except Unavailable as error:
        log.failure("busy", error, level=logging.WARNING, status=503)
        response = respond(
            503,
            Error("Service busy, try again later"),
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    except Exception as error:  # noqa: BLE001 - the HTTP edge, see above
        log.failure("failed", error, status=500)
        response = respond(500, Error(failed))
    response["headers"].update(_cors(header(event, "Origin"), cors_origins))
    return response


def _cors(origin: str | None, allowed: str) -> dict[str, str]:
    """Let a browser on an allowed origin read the response; ``*`` is none, and allows nothing."""
    if origin is None or origin not in {entry.strip() for entry in allowed.split(",")} - {"", "*"}:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Idempotent-Replayed, Retry-After",
        "Vary": "Origin",
    }
