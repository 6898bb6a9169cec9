"""Requests and responses of API Gateway's REST proxy integration."""

import base64
import binascii
import logging
from collections.abc import Callable
from typing import Any

import msgspec

from handlers.runtime import log
from handlers.runtime.conditional import conditional
from handlers.runtime.faults import Unavailable

Event = dict[str, Any]
Response = dict[str, Any]

RETRY_AFTER_SECONDS = 2


class Error(msgspec.Struct, frozen=True):
    """Why a request was not served."""

    error: str


class InvalidBody(Exception):
    """The body is not valid Base64, or not valid text."""


class BodyTooLarge(Exception):
    """The body is larger than the limit."""


def body(event: Event, *, limit: int) -> bytes:
    """Return a request's body, empty if there is none.

    Args:
        event: API Gateway's proxy event.
        limit: bytes that are allowed.

    Raises:
        BodyTooLarge: the body exceeds the limit; where possible, raised before it is decoded.
        InvalidBody: the body is not valid Base64, or has a lone surrogate.
    """
    text: str = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    # Four characters of Base64 encode three bytes; a character of text takes at least one.
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
    """Return a request header's value, by its name in any case; the last one of several."""
    wanted = name.lower()
    for key, value in (event.get("headers") or {}).items():
        if key.lower() == wanted:
            return str(value)
    return None


def path_parameter(event: Event, name: str) -> str:
    """Return a parameter of the path, which API Gateway has URL-decoded; empty if it is missing."""
    value: str = (event.get("pathParameters") or {}).get(name) or ""
    return value


def respond(
    status: int, payload: msgspec.Struct, *, headers: dict[str, str] | None = None
) -> Response:
    """Return a JSON response that no browser may read as another type.

    Nobody may cache it, except the answer to a GET: see ``conditional``.
    """
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


def refuse(status: int, name: str, error: str) -> Response:
    """Return the response to a request that is not served, and log ``name`` as its outcome."""
    log.outcome(name, status=status)
    return respond(status, Error(error))


def serve(
    event: Event, answer: Callable[[], Response], *, failed: str, cors_origins: str
) -> Response:
    """Answer one request, and turn errors into responses.

    The caller of a GET who has the answer gets 304. ``Unavailable`` becomes 503 (outcome ``busy``).
    Every other error becomes 500 (outcome ``failed``) and is logged with its stack. All errors are
    caught because nobody retries a synchronous invocation, and the gateway would answer with 502
    and a body of its own.

    Args:
        event: API Gateway's proxy event.
        answer: returns the response.
        failed: the text of a 500: what failed, but not why.
        cors_origins: origins whose pages may read responses, separated by commas; may be empty.
    """
    try:
        response = conditional(event, answer())
    except Unavailable as error:
        log.failure("busy", error, level=logging.WARNING, status=503)
        response = respond(
            503,
            Error("Service busy, try again later"),
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )
    except Exception as error:  # noqa: BLE001 - the outer edge, see above
        log.failure("failed", error, status=500)
        response = respond(500, Error(failed))
    response["headers"] = {**_cors(header(event, "Origin"), cors_origins), **response["headers"]}
    return response


def _cors(origin: str | None, allowed: str) -> dict[str, str]:
    """Return the headers that let an allowed origin read the response; ``*`` allows nothing."""
    if origin is None or origin not in {entry.strip() for entry in allowed.split(",")} - {"", "*"}:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "ETag, Idempotent-Replayed, Retry-After",
        "Vary": "Origin",
    }
