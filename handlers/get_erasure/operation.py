"""The OpenAPI operation of ``GET /erasures/{id}``. The function does not import it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, response
from handlers.domain.erasure import Erasure
from handlers.runtime.http import Error

GET_ERASURE: dict[str, Any] = {
    "operationId": "getErasure",
    "summary": "Get an erasure",
    "description": (
        "Returns the progress of a user's erasure. Callers who could see the user can read it, "
        "until 90 days after it was done."
    ),
    "security": [{"Token": ["users.delete"]}],
    "parameters": [
        {
            "name": "id",
            "in": "path",
            "required": True,
            "description": "The erasure's id. Other texts match no erasure.",
            "schema": {"type": "string", "minLength": 1, "pattern": "[^ ]"},
        }
    ],
    "responses": {
        "200": response("The erasure.", Erasure),
        "404": response("There is no such erasure, or none that the caller may see.", Error),
        "500": response("The erasure could not be read.", Error),
        "503": response("The service is busy.", Error, RETRY_AFTER),
    },
}
