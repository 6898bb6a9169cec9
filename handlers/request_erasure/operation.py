"""The OpenAPI operation of ``DELETE /users/{id}``. The function does not import it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, USER_ID, response
from handlers.domain.erasure import Erasure
from handlers.runtime.http import Error

REQUEST_ERASURE: dict[str, Any] = {
    "operationId": "requestErasure",
    "summary": "Erase a user",
    "description": (
        "Starts the erasure of a user with all uploads and their outputs. From then on, the API "
        "treats the user as one that does not exist, no new upload is possible, and no welcome is "
        "sent. When everything is deleted, a confirmation is sent to the user's address, and the "
        "address is free again: within seconds, or up to 20 minutes later if the form of an "
        "upload can still be used. The same request again returns the same erasure, and starts "
        "it again if it failed."
    ),
    "security": [{"Token": ["users.delete"]}],
    "parameters": [USER_ID],
    "responses": {
        "202": response(
            "The erasure runs, or was done before.",
            Erasure,
            {
                "Location": {
                    "description": "URL of the erasure, relative to this request's URL.",
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
            "The service is busy. Try again: nothing is done twice.", Error, RETRY_AFTER
        ),
    },
}
