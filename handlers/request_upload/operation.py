"""The OpenAPI operation of ``POST /users/{id}/uploads``. The function does not import it."""

from typing import Any

from handlers.domain.api import (
    IDEMPOTENCY_KEY,
    REPLAYED,
    RETRY_AFTER,
    USER_ID,
    reference,
    response,
)
from handlers.domain.upload import NewUpload, UploadRequested
from handlers.runtime.http import Error

REQUEST_UPLOAD: dict[str, Any] = {
    "operationId": "requestUpload",
    "summary": "Request an upload",
    "description": (
        "Returns a form with which the file goes straight to S3: a POST of `multipart/form-data` "
        "to `form.url` with all of `form.fields`, and the file as the last field, `file`. S3 "
        "answers 204. It refuses another type, another size, and anything after `form.expires`. "
        "Until then the form can be sent again; the last file counts. Unknown fields of the "
        "request are ignored. If a field is given twice, the last one counts."
    ),
    "security": [{"Token": ["uploads.write"]}],
    "parameters": [USER_ID, IDEMPOTENCY_KEY],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": reference(NewUpload)}},
    },
    "responses": {
        "201": response(
            "The form, made now or by the first request with the same Idempotency-Key. If it was "
            "made earlier, it still expires at the same time.",
            UploadRequested,
            REPLAYED,
        )
        | {
            "links": {
                "getUpload": {
                    "operationId": "getUpload",
                    "parameters": {
                        "id": "$response.body#/upload/user",
                        "upload": "$response.body#/upload/id",
                    },
                    "description": "The upload can be read at once.",
                }
            }
        },
        "400": response("The body or the Idempotency-Key is not as described here.", Error),
        "404": response("There is no user with this id, or none that the caller may see.", Error),
        "413": response(
            "The file is larger than this stack allows, or the body larger than 8192 bytes.", Error
        ),
        "422": response("The Idempotency-Key was used with another body or user.", Error),
        "500": response("The form could not be made.", Error),
        "503": response(
            "The service is busy; nothing is lost by trying again.", Error, RETRY_AFTER
        ),
    },
}
