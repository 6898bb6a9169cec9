"""The formats of live push: tickets, and the messages on a WebSocket."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from handlers.domain.upload import Time, Upload

TICKET_SECONDS = 60
"""How long a ticket can be used."""

CONNECTION_SECONDS = 2 * 3600
"""How long API Gateway keeps a connection at most."""

Url = Annotated[
    str,
    msgspec.Meta(
        description="Where to connect, once: the URL has the ticket.",
        extra_json_schema={"format": "uri"},
    ),
]


class Ticket(msgspec.Struct, frozen=True):
    """Lets its caller connect once."""

    url: Url
    expires: Time


class Message(msgspec.Struct, frozen=True):
    """What a client sends."""

    action: Literal["subscribe", "unsubscribe"]
    user: str
    upload: str


class Changed(msgspec.Struct, frozen=True):
    """What a client gets: an upload as it is now."""

    upload: Upload


class Refusal(msgspec.Struct, frozen=True):
    """Why there is no upload; ``upload_id`` is the one that the client named."""

    error: str
    upload_id: str | UnsetType = UNSET


def encode(message: Changed | Refusal) -> str:
    """Return a message for a client, as JSON."""
    return msgspec.json.encode(message).decode()
