"""The API's document as one stack serves it: with what that stack's gateway asks callers for."""

from collections.abc import Mapping
from typing import Any

from blueprint.plan.functions import METHOD, path
from blueprint.plan.snapshot import Snapshot


def document(snapshot: Snapshot) -> dict[str, Any]:
    """Return the document, each operation with its method's demands for its ``security``.

    In the document of all stacks they are optional, for not all stacks have them.
    """
    schemes = snapshot.openapi.get("components", {}).get("securitySchemes", {})
    called = {scheme["type"]: name for name, scheme in schemes.items()}
    asked = {
        (method.inputs["httpMethod"], path(snapshot, method)): _demands(method.inputs, called)
        for method in snapshot.all(METHOD)
    }
    return {
        **snapshot.openapi,
        "paths": {
            route: {
                verb: {**operation, "security": asked[verb.upper(), route]}
                for verb, operation in item.items()
            }
            for route, item in snapshot.openapi.get("paths", {}).items()
        },
    }


def _demands(method: Mapping[str, Any], called: Mapping[str, str]) -> list[dict[str, list[str]]]:
    """Return what a method takes, by schemes' names; of several scopes, the gateway wants any."""
    key: dict[str, list[str]] = {called["apiKey"]: []} if method.get("apiKeyRequired") else {}
    by = method["authorization"]
    if by == "NONE":
        return [key]
    tokens = [{**key, called["http"]: [scope]} for scope in method.get("authorizationScopes", ())]
    return tokens or [{**key, by: []}]
