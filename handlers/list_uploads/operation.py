"""The OpenAPI operation of ``GET /users/{id}/uploads``. The function does not import it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, USER_ID, response
from handlers.domain.ulid import PATTERN
from handlers.domain.upload import UploadPage
from handlers.runtime.http import Error

LIST_UPLOADS: dict[str, Any] = {
    "operationId": "listUploads",
    "summary": "List a user's uploads",
    "description": "Returns a page, the newest first.",
    "security": [{"Token": ["uploads.read"]}],
    "parameters": [
        USER_ID,
        {
            "name": "limit",
            "in": "query",
            "required": False,
            "description": "Most uploads of a page.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
        },
        {
            "name": "cursor",
            "in": "query",
            "required": False,
            "description": "`cursor` of the previous page, unchanged: its form may change.",
            "schema": {"type": "string", "pattern": f"^{PATTERN}$"},
        },
    ],
    "responses": {
        "200": response("The page.", UploadPage),
        "400": response("`limit` or `cursor` is not as described here.", Error),
        "404": response("There is no user with this id, or none that the caller may see.", Error),
        "500": response("The uploads could not be read.", Error),
        "503": response("The service is busy.", Error, RETRY_AFTER),
    },
}
