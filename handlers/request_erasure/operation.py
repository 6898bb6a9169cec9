"""The OpenAPI operation of ``DELETE /users/{id}``. The function does not import it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, USER_ID, response
from handlers.domain.erasure import Erasure
from handlers.runtime.http import Error

REQUEST_ERASURE: dict[str, Any] = {
    "operationId": "requestErasure",
    "summary": "Erase a user",
    "description": (
        "Starts the erasure of a user with all uploads and what was made of them. At once, the "
        "user answers as one that does not exist, no new upload is possible, and no welcome is "
        "sent any more. A confirmation goes to the user's address when all is deleted: within "
        "seconds, or up to 20 minutes later if a form of an upload can still be used. The address "
        "is free again then. The same request again returns the same erasure, and starts it "
        "again if it failed."
    ),
    "security": [{"Token": ["users.delete"]}],
    "parameters": [USER_ID],
    "responses": {
        "202": response(
            "The erasure runs, or was done before.",
            Erasure,
            {
                "Location": {
                    "description": "Where to ask how far it is, relative to this request's URL.",
                    "schema": {"type": "string", "format": "uri-reference"},
                }
            },
        )
        | {
            "links": {
                "getErasure": {
                    "operationId": "getErasure",
                    "parameters": {"id": "$response.body#/id"},
                    "description": "How far the erasure is.",
                }
            }
        },
        "404": response("There is no user with this id, or none that the caller may see.", Error),
        "500": response("The erasure could not be started.", Error),
        "503": response(
            "The service is busy. Ask again: nothing is done twice.", Error, RETRY_AFTER
        ),
    },
}
