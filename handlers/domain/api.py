"""The API's operations, as OpenAPI 3.1 describes them, from the types that the handlers use.

``CREATE_USER`` and ``GET_USER`` are Operation Objects; every schema in them is a reference
``#/components/schemas/<Type>`` into ``COMPONENTS``, and so are the references between the schemas.
A schema's bounds are those that the function applies to what it is given: the gateway may check a
request by them. They use no keyword that JSON Schema's draft 4 lacks, except ``examples``, which
it ignores. The responses are those of the functions; ``openapi.json`` has the gateway's beside
them. No function imports this module: it is for the program and for ``openapi.json``.

Where a stack asks for tokens, one needs the scope that the operation names under ``security``, of
those in ``SCOPES``.
"""

from typing import Any

import msgspec

from handlers.domain.user import NewUser, User, UserCreated
from handlers.runtime.http import Error

_TYPES = (NewUser, User, UserCreated, Error)
_REFERENCES, COMPONENTS = msgspec.json.schema_components(
    _TYPES, ref_template="#/components/schemas/{name}"
)
_REFERENCE = dict(zip(_TYPES, _REFERENCES, strict=True))

SCOPES = {"users.read": "Read users", "users.write": "Create users"}

_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 0},
    }
}


def _response(
    description: str, payload: type[msgspec.Struct], headers: dict[str, Any] | None = None
) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": description,
        "content": {"application/json": {"schema": _REFERENCE[payload]}},
    }
    if headers:
        response["headers"] = headers
    return response


CREATE_USER: dict[str, Any] = {
    "operationId": "createUser",
    "summary": "Create a user",
    "description": (
        "Stores a user, who gets a welcome e-mail. No two users have one address. Unknown fields "
        "are ignored; of a field given twice the last one counts."
    ),
    "security": [{"Token": ["users.write"]}],
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": (
                "Makes a retry safe, for 24 hours: the same key with the same body gets the first "
                "answer, with another body it is refused."
            ),
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": 255,
                "pattern": r"^[\x21-\x7e]+$",
            },
        }
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _REFERENCE[NewUser]}},
    },
    "responses": {
        "201": _response(
            "The user was created, now or by the first request with the same Idempotency-Key.",
            UserCreated,
            {
                "Idempotent-Replayed": {
                    "description": "Present if this is the first answer again.",
                    "schema": {"type": "string", "enum": ["true"]},
                }
            },
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
        "400": _response("The body or the Idempotency-Key is not as described here.", Error),
        "409": _response("Another user has the address.", Error),
        "413": _response("The body is larger than 8192 bytes.", Error),
        "422": _response("The Idempotency-Key was used with another body.", Error),
        "500": _response("The user could not be created.", Error),
        "503": _response(
            "The service is busy; nothing was lost by asking again.", Error, _RETRY_AFTER
        ),
    },
}

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
        "200": _response("The user.", User),
        "400": _response("The id is blank.", Error),
        "404": _response("There is no user with this id.", Error),
        "500": _response("The user could not be read.", Error),
        "503": _response("The service is busy.", Error, _RETRY_AFTER),
    },
}
