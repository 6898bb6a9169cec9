"""The model that the gateway validates a request's body by, from its OpenAPI operation."""

from collections.abc import Mapping
from typing import Any

JsonObject = Mapping[str, Any]


def body_schema(operation: JsonObject, components: Mapping[str, JsonObject]) -> JsonObject | None:
    """Find the schema of an operation's JSON body, if it has one."""
    if "requestBody" not in operation:
        return None
    schema: JsonObject = operation["requestBody"]["content"]["application/json"]["schema"]
    reference = schema.get("$ref")
    return components[reference.rpartition("/")[2]] if reference else schema


def shape(schema: JsonObject) -> dict[str, Any]:
    """Reduce a body's schema to what the gateway refuses: no object, or members of a wrong type.

    What is missing or out of bounds goes on to the function, which says which and why; the gateway
    can only say "Invalid request body". Draft 4, as API Gateway's models are.
    """
    members = {
        member: {"type": [rules["type"], "null"]} if "type" in rules else {}
        for member, rules in schema.get("properties", {}).items()
    }
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": schema["title"],
        "type": "object",
        "properties": members,
    }
