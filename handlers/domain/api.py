"""What the API's operations share, as OpenAPI 3.1 describes it: schemas, scopes and responses.

The operation of a function with a route is ``handlers/<function>/operation.py``: an Operation
Object, whose schemas refer to ``COMPONENTS``. A stack that asks for tokens requires the scope that
the operation names under ``security``, one of ``SCOPES``.

The schemas are made from the types that the functions use, so their bounds are those that the
functions check, and the gateway may check requests by them. They use no keyword that draft 4 of
JSON Schema lacks, except ``examples``, which it ignores. Operations describe the responses of the
functions; ``openapi.json`` adds the gateway's. No function imports this module or an operation.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from handlers.domain.erasure import Erasure
from handlers.domain.live import Ticket
from handlers.domain.upload import FoundUpload, NewUpload, Upload, UploadPage, UploadRequested
from handlers.domain.user import NewUser, User, UserCreated
from handlers.runtime.http import Error

_TYPES = (
    NewUser,
    User,
    UserCreated,
    NewUpload,
    Upload,
    UploadRequested,
    FoundUpload,
    UploadPage,
    Ticket,
    Erasure,
    Error,
)
_REFERENCES, COMPONENTS = msgspec.json.schema_components(
    _TYPES, ref_template="#/components/schemas/{name}"
)
_REFERENCE_OF = dict(zip(_TYPES, _REFERENCES, strict=True))

SCOPES = {
    "activity.read": "Read figures by day",
    "uploads.read": "Read uploads",
    "uploads.write": "Upload files",
    "users.delete": "Erase users",
    "users.read": "Read users",
    "users.write": "Create users",
}

SERVICE_SCOPES = ("activity.read",)
"""Scopes for services: the stack's client for people does not get them."""

RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 0},
    }
}


IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Makes a retry safe, for 24 hours: a request with the same key and the same body gets "
        "the first response; with another body, it is refused. A key belongs to its caller: the "
        "person or the client that the access token names, or the API key. An API that asks for "
        "no credentials cannot distinguish callers, so all of them share their keys: choose "
        "random keys, such as UUIDs."
    ),
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": r"^[\x21-\x7e]+$",
    },
}
"""The header's Parameter Object."""

REPLAYED = {
    "Idempotent-Replayed": {
        "description": "Present if this is the first response again.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}

USER_ID: dict[str, Any] = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The user's id. Other texts match no user.",
    "schema": {"type": "string", "minLength": 1, "pattern": "[^ ]"},
}
"""The path parameter's Parameter Object."""


_IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "`ETag` of a response that the caller has, or several, separated by commas.",
    "schema": {"type": "string"},
}

_STORED: dict[str, Any] = {
    "ETag": {
        "description": "Identifies the content. Send it as `If-None-Match` the next time.",
        "schema": {"type": "string"},
    },
    "Cache-Control": {
        "description": "The caller may store the response, and must revalidate it before each use.",
        "schema": {"type": "string", "enum": ["private, no-cache"]},
    },
}


def cached(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the operation of a GET with what ``runtime.conditional`` adds to each."""
    responses = operation["responses"]
    found = {**responses["200"], "headers": {**responses["200"].get("headers", {}), **_STORED}}
    unchanged = {"description": "The caller has the latest response.", "headers": _STORED}
    return {
        **operation,
        "parameters": [*operation.get("parameters", ()), _IF_NONE_MATCH],
        "responses": {**responses, "200": found, "304": unchanged},
    }


def reference(type_: type[msgspec.Struct]) -> dict[str, Any]:
    """Return a reference to the schema of a type."""
    return _REFERENCE_OF[type_]


def response(
    description: str,
    payload: type[msgspec.Struct] | dict[str, Any],
    headers: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return a Response Object with a JSON body: of one of the types above, or of a schema."""
    schema = payload if isinstance(payload, dict) else reference(payload)
    content = {"application/json": {"schema": schema}}
    described: dict[str, Any] = {"description": description, "content": content}
    if headers:
        described["headers"] = headers
    return described
