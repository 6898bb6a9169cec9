"""The OpenAPI operation of ``GET /users/{id}/uploads/{upload}``. No function imports it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, USER_ID, response
from handlers.domain.upload import FoundUpload
from handlers.runtime.http import Error

GET_UPLOAD: dict[str, Any] = {
    "operationId": "getUpload",
    "summary": "Get an upload",
    "description": (
        "Returns the state of an upload. Once it is `done`, the response has links to the outputs. "
        "Anybody who has a link can use it until `expires`, for 10 to 15 minutes."
    ),
    "security": [{"Token": ["uploads.read"]}],
    "parameters": [
        USER_ID,
        {
            "name": "upload",
            "in": "path",
            "required": True,
            "description": "The upload's id. Other texts match no upload.",
            "schema": {"type": "string", "minLength": 1, "pattern": "[^ ]"},
        },
    ],
    "responses": {
        "200": response("The upload.", FoundUpload),
        "404": response("There is no such user or upload, or none that the caller may see.", Error),
        "500": response("The upload could not be read.", Error),
        "503": response("The service is busy.", Error, RETRY_AFTER),
    },
}
