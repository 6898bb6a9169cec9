"""The model with which the gateway validates a body, derived from the OpenAPI operation."""

from collections.abc import Mapping
from typing import Any

JsonObject = Mapping[str, Any]


def body_schema(operation: JsonObject, components: Mapping[str, JsonObject]) -> JsonObject | None:
    """Return the schema of an operation's JSON body, or None."""
    if "requestBody" not in operation:
        return None
    schema: JsonObject = operation["requestBody"]["content"]["application/json"]["schema"]
    reference = schema.get("$ref")
    return components[reference.rpartition("/")[2]] if reference else schema


def shape(schema: JsonObject) -> dict[str, Any]:
    """Return a schema that only checks that the body is an object with members of the right type.

    The function itself refuses missing or invalid members and names them; the gateway can only
    answer "Invalid request body". Draft 4, as API Gateway requires. An integer counts as a number
    there: draft 4 refuses 5.0, which is an integer in the schemas that callers see.
    """
    kinds = {"integer": "number"}
    members = {
        member: {"type": [kinds.get(rules["type"], rules["type"]), "null"]}
        if "type" in rules
        else {}
        for member, rules in schema.get("properties", {}).items()
    }
    return {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "title": schema["title"],
        "type": "object",
        "properties": members,
    }
