"""The OpenAPI operation of ``GET /users/{id}``. The function does not import it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, response
from handlers.domain.user import User
from handlers.runtime.http import Error

GET_USER: dict[str, Any] = {
    "operationId": "getUser",
    "summary": "Get a user",
    "security": [{"Token": ["users.read"]}],
    "parameters": [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "The user's id. Any other text is the id of no user.",
            "schema": {"type": "string", "minLength": 1, "pattern": "[^ ]"},
        }
    ],
    "responses": {
        "200": response("The user.", User),
        "400": response("The id is blank.", Error),
        "404": response("There is no user with this id.", Error),
        "500": response("The user could not be read.", Error),
        "503": response("The service is busy.", Error, RETRY_AFTER),
    },
}
