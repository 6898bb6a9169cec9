"""Making a ticket: from the request to the response.

Outcome: ``issued``.
"""

from handlers.domain.live import Ticket
from handlers.domain.live_store import LiveStore
from handlers.runtime import clock, http
from handlers.runtime.caller import caller
from handlers.runtime.log import outcome


def create_ticket(event: http.Event, *, live: LiveStore, url: str) -> http.Response:
    """Answer a request for a ticket.

    Args:
        event: API Gateway's proxy event.
        live: stores the ticket.
        url: of the WebSocket API.
    """
    ticket, expires = live.issue(caller(event))
    outcome("issued", status=201)
    return http.respond(201, Ticket(f"{url}?ticket={ticket}", clock.timestamp(expires)))
