"""What the API's operations share, as OpenAPI 3.1 describes it: schemas, scopes and responses.

The operation of a function with a route is ``handlers/<function>/operation.py``: an Operation
Object, whose schemas refer to ``COMPONENTS``. A stack that asks for tokens requires the scope that
the operation names under ``security``, one of ``SCOPES``.

The schemas are made from the types that the functions use, so their bounds are those that the
functions check, and the gateway may check requests by them. They use no keyword that draft 4 of
JSON Schema lacks, except ``examples``, which it ignores. Operations describe the responses of the
functions; ``openapi.json`` adds the gateway's. No function imports this module or an operation.
"""

from typing import Any

import msgspec

from handlers.domain.user import NewUser, User, UserCreated
from handlers.runtime.http import Error

_TYPES = (NewUser, User, UserCreated, Error)
_REFERENCES, COMPONENTS = msgspec.json.schema_components(
    _TYPES, ref_template="#/components/schemas/{name}"
)
_REFERENCE_OF = dict(zip(_TYPES, _REFERENCES, strict=True))

SCOPES = {"users.read": "Read users", "users.write": "Create users"}

RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer", "minimum": 0},
    }
}


def reference(type_: type[msgspec.Struct]) -> dict[str, Any]:
    """Return a reference to the schema of a type."""
    return _REFERENCE_OF[type_]


def response(
    description: str, payload: type[msgspec.Struct], headers: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return a Response Object with a JSON body."""
    content = {"application/json": {"schema": reference(payload)}}
    described: dict[str, Any] = {"description": description, "content": content}
    if headers:
        described["headers"] = headers
    return described
