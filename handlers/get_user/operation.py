"""The OpenAPI operation of ``GET /users/{id}``. The function does not import it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, USER_ID, response
from handlers.domain.user import User
from handlers.runtime.http import Error

GET_USER: dict[str, Any] = {
    "operationId": "getUser",
    "summary": "Get a user",
    "security": [{"Token": ["users.read"]}],
    "parameters": [USER_ID],
    "responses": {
        "200": response("The user.", User),
        "400": response("The id is blank.", Error),
        "404": response("There is no user with this id, or none that the caller may see.", Error),
        "500": response("The user could not be read.", Error),
        "503": response("The service is busy.", Error, RETRY_AFTER),
    },
}
