"""A client's connection: who may connect, and what they subscribe to.

Outcomes of connecting: ``connected``, ``no_ticket`` (none, or one that was used or has expired),
``other_origin``, ``too_many`` (connections of the caller). Of closing: ``disconnected``. Of a
message: ``subscribed``, ``unsubscribed``, ``invalid``, ``not_found``, ``too_many`` (subscriptions),
``unknown`` (the connection).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from handlers.domain.live import Changed, Message, Refusal, encode
from handlers.domain.live_store import LiveStore
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.runtime import http
from handlers.runtime.log import outcome

MAX_MESSAGE_BYTES = 1024
_LONGEST_ID = 64

Response = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How many connections a caller, and how many subscriptions a connection may have."""

    connections: int
    subscriptions: int


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a connection works with.

    Attributes:
        origins: of pages that may connect, separated by commas; may be empty.
    """

    users: UserStore
    uploads: UploadStore
    live: LiveStore
    limits: Limits
    origins: str


def answer(event: http.Event, parts: Parts) -> Response:
    """Answer an event of a WebSocket API.

    Args:
        event: API Gateway's WebSocket proxy event.
        parts: the stores, limits and origins.
    """
    context = event["requestContext"]
    kinds: dict[str, Callable[[http.Event, str, Parts], Response]] = {
        "CONNECT": _connect,
        "DISCONNECT": _disconnect,
        "MESSAGE": _message,
    }
    return kinds[context["eventType"]](event, context["connectionId"], parts)


def refuse(error: str, upload_id: str | None = None) -> Response:
    """Return the answer to a message that was not served."""
    shown = upload_id if upload_id and len(upload_id) <= _LONGEST_ID else msgspec.UNSET
    return {"statusCode": 200, "body": encode(Refusal(error, shown))}


def _connect(event: http.Event, connection: str, parts: Parts) -> Response:
    """Let a client connect that has a ticket.

    A browser names the page's origin, and lets any page connect: so only pages that may call the
    API may connect, too.
    """
    origin = http.header(event, "Origin")
    if origin is not None and origin not in {*parts.origins.split(",")} - {"", "*"}:
        return _refuse_connection(403, "other_origin")
    ticket = (event.get("queryStringParameters") or {}).get("ticket")
    holder = parts.live.redeem(ticket) if ticket else None
    if holder is None:
        return _refuse_connection(401, "no_ticket")
    if not parts.live.connect(connection, holder, limit=parts.limits.connections):
        return _refuse_connection(429, "too_many")
    outcome("connected", status=200)
    return {"statusCode": 200}


def _refuse_connection(status: int, name: str) -> Response:
    outcome(name, status=status)
    return {"statusCode": status}


def _disconnect(_: http.Event, connection: str, parts: Parts) -> Response:
    parts.live.disconnect(connection)
    outcome("disconnected")
    return {"statusCode": 200}


def _message(event: http.Event, connection: str, parts: Parts) -> Response:
    holder = parts.live.holder(connection)
    if holder is None:
        outcome("unknown")
        return refuse("This connection has expired: connect again")
    try:
        message = msgspec.json.decode(http.body(event, limit=MAX_MESSAGE_BYTES), type=Message)
    except (msgspec.MsgspecError, UnicodeDecodeError, http.InvalidBody, http.BodyTooLarge):
        outcome("invalid")
        return refuse(
            'Invalid message: send {"action": "subscribe", "user": "…", "upload": "…"}, or '
            f'"unsubscribe", with at most {MAX_MESSAGE_BYTES} bytes'
        )
    user_id, upload_id = message.user, message.upload
    if message.action == "unsubscribe":
        parts.live.unsubscribe(connection, user_id, upload_id)
        outcome("unsubscribed")
        return {"statusCode": 200}
    if parts.users.find(user_id, holder.owner) is None:
        return _not_found("User not found", upload_id)
    if not parts.live.subscribe(
        connection, holder, user_id, upload_id, limit=parts.limits.subscriptions
    ):
        outcome("too_many")
        return refuse(
            f"Too many subscriptions: a connection has {parts.limits.subscriptions} at most",
            upload_id,
        )
    # Read after the subscription is stored: a change in between is told as well.
    stored = parts.uploads.get(user_id, upload_id)
    if stored is None:
        parts.live.unsubscribe(connection, user_id, upload_id)
        return _not_found("Upload not found", upload_id)
    outcome("subscribed", user_id=user_id, upload_id=upload_id)
    return {"statusCode": 200, "body": encode(Changed(stored.upload))}


def _not_found(error: str, upload_id: str) -> Response:
    outcome("not_found")
    return refuse(error, upload_id)
