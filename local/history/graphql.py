"""Names a GraphQL request by the fields that it asks for."""

import json

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse

PATH = "/graphql"
_MOST_TOKENS = 15_000


def title(method: str, body: bytes) -> str:
    """Return a request's title, such as ``POST /graphql: user, createUser``."""
    return ": ".join(filter(None, [f"{method} {PATH}", ", ".join(_fields(body))]))


def _fields(body: bytes) -> list[str]:
    """Return the first level of a query; nothing if it cannot be read, or was cut."""
    try:
        request = json.loads(body)
        document = parse(request["query"], max_tokens=_MOST_TOKENS)
        wanted = request.get("operationName")
    except (ValueError, TypeError, KeyError, AttributeError, GraphQLError, RecursionError):
        return []
    fields = [
        node.name.value
        for operation in document.definitions
        if isinstance(operation, OperationDefinitionNode)
        and wanted in (None, operation.name and operation.name.value)
        for node in operation.selection_set.selections
        if isinstance(node, FieldNode)
    ]
    return list(dict.fromkeys(fields))
