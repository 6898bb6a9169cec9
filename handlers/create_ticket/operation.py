"""The OpenAPI operation of ``POST /tickets``. No function imports it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, response
from handlers.domain.live import Ticket
from handlers.runtime.http import Error

CREATE_TICKET: dict[str, Any] = {
    "operationId": "createTicket",
    "summary": "Get a ticket for live push",
    "description": (
        "Returns the URL of a WebSocket that sends changes of uploads. It can be used once, "
        "within a minute. docs/uploads.md describes the messages."
    ),
    "security": [{"Token": ["uploads.read"]}],
    "responses": {
        "201": response("The URL.", Ticket),
        "500": response("The ticket could not be made.", Error),
        "503": response("The service is busy.", Error, RETRY_AFTER),
    },
}
