"""The OpenAPI document of one stack: with the credentials that its gateway requires."""

from collections.abc import Mapping
from typing import Any

from blueprint.plan.functions import METHOD, path
from blueprint.plan.snapshot import Snapshot


def stack_document(snapshot: Snapshot) -> dict[str, Any]:
    """Return the document with the ``security`` of each operation as its method requires it.

    In the document that all stacks share, credentials are optional. Empty if there is none.
    """
    if not snapshot.openapi:
        return {}
    schemes = snapshot.openapi.get("components", {}).get("securitySchemes", {})
    scheme_names = {scheme["type"]: name for name, scheme in schemes.items()}
    required = {
        (method.inputs["httpMethod"], path(snapshot, method)): _security(
            method.inputs, scheme_names
        )
        for method in snapshot.all(METHOD)
    }
    return {
        **snapshot.openapi,
        "paths": {
            route: {
                verb: {**operation, "security": required[verb.upper(), route]}
                for verb, operation in item.items()
            }
            for route, item in snapshot.openapi.get("paths", {}).items()
        },
    }


def _security(
    method: Mapping[str, Any], scheme_names: Mapping[str, str]
) -> list[dict[str, list[str]]]:
    """Return the credentials that a method accepts; of several scopes, any one is enough."""
    key: dict[str, list[str]] = {scheme_names["apiKey"]: []} if method.get("apiKeyRequired") else {}
    authorization = method["authorization"]
    if authorization == "NONE":
        return [key]
    scopes = method.get("authorizationScopes", ())
    tokens = [{**key, scheme_names["http"]: [scope]} for scope in scopes]
    return tokens or [{**key, authorization: []}]
