"""The OpenAPI operation of ``POST /users``. The function does not import it."""

from typing import Any

from handlers.domain.api import IDEMPOTENCY_KEY, REPLAYED, RETRY_AFTER, reference, response
from handlers.domain.user import NewUser, UserCreated
from handlers.runtime.http import Error

CREATE_USER: dict[str, Any] = {
    "operationId": "createUser",
    "summary": "Create a user",
    "description": (
        "Stores a user, who gets a welcome e-mail. No two users can have the same address. Unknown "
        "fields are ignored. If a field is given twice, the last one counts."
    ),
    "security": [{"Token": ["users.write"]}],
    "parameters": [IDEMPOTENCY_KEY],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": reference(NewUser)}},
    },
    "responses": {
        "201": response(
            "The user was created, now or by the first request with the same Idempotency-Key.",
            UserCreated,
            REPLAYED,
        )
        | {
            "links": {
                "getUser": {
                    "operationId": "getUser",
                    "parameters": {"id": "$response.body#/user/id"},
                    "description": "The user can be read at once.",
                }
            }
        },
        "400": response("The body or the Idempotency-Key is not as described here.", Error),
        "409": response("Another user has the address.", Error),
        "413": response("The body is larger than 8192 bytes.", Error),
        "422": response("The Idempotency-Key was used with another body.", Error),
        "500": response("The user could not be created.", Error),
        "503": response(
            "The service is busy; nothing is lost by trying again.", Error, RETRY_AFTER
        ),
    },
}
