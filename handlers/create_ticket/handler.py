"""``POST /tickets``: lets a caller connect to live push once.

Outcomes: those of ``create_ticket``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.create_ticket.create_ticket import create_ticket
from handlers.domain.live_store import LiveStore
from handlers.runtime import aws, http
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    live_table: str
    live_url: str
    cors_origins: str


def dependencies(settings: Settings) -> tuple[LiveStore, str, str]:
    """Return the tickets, the URL of the WebSocket API, and the allowed CORS origins."""
    client = aws.client("dynamodb", read_timeout=2, attempts=2)
    return LiveStore(client, settings.live_table), settings.live_url, settings.cors_origins


@entrypoint(Settings, dependencies)
def handler(
    event: http.Event, _context: object, live: LiveStore, url: str, cors_origins: str
) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: create_ticket(event, live=live, url=url),
        failed="Failed to make a ticket",
        cors_origins=cors_origins,
    )
