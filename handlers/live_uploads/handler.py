"""Live push: answers the connections and messages of the WebSocket API's clients.

Outcomes: those of ``live_uploads``, ``busy`` and ``failed``.
"""

import logging
from dataclasses import dataclass

from handlers.domain.live_store import LiveStore
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.live_uploads.live_uploads import Limits, Parts, Response, answer, refuse
from handlers.runtime import aws, http, log
from handlers.runtime.entrypoint import entrypoint
from handlers.runtime.faults import Unavailable


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    uploads_table: str
    live_table: str
    max_connections: int
    max_subscriptions: int
    cors_origins: str


def dependencies(settings: Settings) -> tuple[Parts]:
    """Return the stores, the limits, and the origins of pages that may connect."""
    # A message takes up to seven calls.
    client = aws.client("dynamodb", read_timeout=2, attempts=2)
    return (
        Parts(
            users=UserStore(client, settings.users_table),
            uploads=UploadStore(client, settings.uploads_table),
            live=LiveStore(client, settings.live_table),
            limits=Limits(
                connections=settings.max_connections, subscriptions=settings.max_subscriptions
            ),
            origins=settings.cors_origins,
        ),
    )


@entrypoint(Settings, dependencies)
def handler(event: http.Event, _context: object, parts: Parts) -> Response:
    """Answer API Gateway. All errors are caught: it would neither retry nor inform the client."""
    try:
        return answer(event, parts)
    except Unavailable as error:
        log.failure("busy", error, level=logging.WARNING, status=503)
        return {**refuse("Service busy, try again later"), "statusCode": 503}
    except Exception as error:  # noqa: BLE001 - the outer edge, see above
        log.failure("failed", error, status=500)
        return {**refuse("Failed to serve the message"), "statusCode": 500}
