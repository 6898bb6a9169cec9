"""Names a GraphQL request by the fields that it asks for, and tells how it ended."""

import json

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, parse

PATH = "/graphql"
_MOST_TOKENS = 15_000
_SERVER_ERRORS = {"internal_error", "busy", "Lambda:Unhandled"}


def title(method: str, body: bytes) -> str:
    """Return a request's title, such as ``POST /graphql: user, createUser``."""
    return ": ".join(filter(None, [f"{method} {PATH}", ", ".join(_fields(body))]))


def status(answer: bytes) -> int:
    """Return the status that a REST API would have, by the errors in an answer of 200."""
    try:
        errors = json.loads(answer).get("errors") or ()
        types = {error.get("errorType") for error in errors}
    except (ValueError, AttributeError, TypeError, RecursionError):
        return 200  # cut, or not of AppSync
    if types & _SERVER_ERRORS:
        return 500
    return 400 if types else 200


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
