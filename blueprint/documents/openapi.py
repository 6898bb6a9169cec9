"""The OpenAPI document of the program's API."""

import json
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from blueprint.project import project_name

if TYPE_CHECKING:
    from infra.triggers.http.rest_api import RestApi

_KEY = {
    "type": "apiKey",
    "in": "header",
    "name": "x-api-key",
    "description": "Required if the stack's `api.authorization` is `api_key`: the stack's output "
    "`api_key`. Otherwise ignored.",
}
_REFERENCE = re.compile('"#/components/schemas/([^"]+)"')
_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "Required if the stack's `api.authorization` is `cognito`: an access token "
    "of its user pool, from its output `token_endpoint`. It must have the scope that the "
    "operation names, after the resource server's identifier: `<identifier>/users.read`. "
    "Otherwise ignored.",
}


def openapi(api: "RestApi") -> dict[str, Any]:
    """Return the OpenAPI document of an API, from its routes.

    All stacks share it. Credentials are optional in it, because not every stack requires them.
    """
    # Imported here because they load the AWS provider, which takes a second.
    from handlers.domain.api import cached
    from infra.triggers.http.authorization import TOKEN
    from infra.triggers.http.errors import documented

    paths: dict[str, dict[str, Any]] = {}
    ids = {route.operation.get("operationId") for route in api.routes}
    for route in api.routes:
        operation = cached(route.operation) if route.method == "GET" else route.operation
        path = route.path.replace("+}", "}")  # OpenAPI knows no greedy parameters
        paths.setdefault(path, {})[route.method.lower()] = {
            **operation,
            "security": [{}, {"ApiKey": []}, *operation.get("security", ())],
            "responses": _linked(documented(operation), ids),
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": project_name(), "version": "1.0.0"},
        "paths": paths,
        "components": {
            "schemas": _used(paths, api.components),
            "securitySchemes": {"ApiKey": _KEY, TOKEN: _TOKEN},
        },
    }


def _linked(responses: Mapping[str, Any], ids: Collection[str | None]) -> dict[str, Any]:
    """Return the responses with links to these operations only: others may have been removed."""
    linked = {}
    for status, response in responses.items():
        links = response.get("links", {})
        kept = {name: link for name, link in links.items() if link["operationId"] in ids}
        linked[status] = {key: value for key, value in response.items() if key != "links"}
        if kept:
            linked[status]["links"] = kept
    return linked


def _used(paths: object, schemas: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schemas that operations refer to, directly or through others."""
    used: set[str] = set()
    found = set(_REFERENCE.findall(json.dumps(paths)))
    while found:
        used |= found
        found = set(_REFERENCE.findall(json.dumps([schemas[name] for name in found]))) - used
    return {name: schema for name, schema in schemas.items() if name in used}
