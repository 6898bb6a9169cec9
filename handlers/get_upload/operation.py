"""The OpenAPI operation of ``GET /users/{id}/uploads/{upload}``. No function imports it."""

from typing import Any

from handlers.domain.api import RETRY_AFTER, USER_ID, response
from handlers.domain.upload import FoundUpload
from handlers.runtime.http import Error

GET_UPLOAD: dict[str, Any] = {
    "operationId": "getUpload",
    "summary": "Get an upload",
    "description": (
        "Says what became of a file. Once it is `done`, the answer has links to what was made of "
        "it. They work until `expires`, for 10 to 15 minutes, for anybody who has them."
    ),
    "security": [{"Token": ["uploads.read"]}],
    "parameters": [
        USER_ID,
        {
            "name": "upload",
            "in": "path",
            "required": True,
            "description": "The upload's id. Any other text is the id of no upload.",
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
