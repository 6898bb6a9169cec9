"""Runs a query against a schema whose fields functions resolve, within AppSync's limits."""

import functools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    execute,
    parse,
    print_ast,
    specified_rules,
    validate,
)

from local.server.graphql.batches import Batches, FieldError

_MOST_TOKENS = 15_000
Invoke = Callable[[str, Any], Awaitable[Any]]
"""Invokes the function of a data source, by its name, with an event."""


@dataclass(frozen=True, kw_only=True)
class Resolver:
    """How a field is resolved: by which data source, and at most how many items at once."""

    source: str
    batch: int


@dataclass(frozen=True, kw_only=True)
class Api:
    """The API that a request is for.

    Attributes:
        schema: its text, with comments as descriptions.
        resolvers: by type and field.
        depth: the most levels of a query; 0 for no limit. The schema's own fields do not count.
        count: the most resolvers that a query runs; 0 for no limit.
        introspection: whether the query may ask for the schema.
    """

    schema: str
    resolvers: dict[tuple[str, str], Resolver]
    depth: int = 0
    count: int = 0
    introspection: bool = True


@dataclass(frozen=True, kw_only=True)
class Request:
    """A query, and who sent it."""

    query: str
    variables: dict[str, Any] = field(default_factory=dict)
    operation: str | None = None
    identity: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Unreadable(Exception):
    """A query that is not GraphQL."""


async def run(api: Api, request: Request, invoke: Invoke) -> dict[str, Any]:
    """Return the answer: ``data``, and ``errors`` if there are any.

    Raises:
        Unreadable: the query cannot be parsed.
    """
    try:
        document = parse(request.query, max_tokens=_MOST_TOKENS)
    except (GraphQLError, RecursionError) as error:
        raise Unreadable(str(error)) from None
    schema = _schema(api.schema)
    rules = [*specified_rules, *([] if api.introspection else [NoSchemaIntrospectionCustomRule])]
    if problems := validate(schema, document, rules):
        return {"data": None, "errors": [_error(each, "ValidationError") for each in problems]}
    if api.depth and (depth := _depth(document)) > api.depth:
        message = f"The query has {depth} levels; at most {api.depth} are allowed."
        return {"data": None, "errors": [_error(GraphQLError(message), "QueryDepthLimitReached")]}
    result = execute(
        schema,
        document,
        variable_values=request.variables,
        operation_name=request.operation,
        field_resolver=_FieldResolver(api, request, invoke),
    )
    if isinstance(result, Awaitable):
        result = await result
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_error(each, "ExecutionError") for each in result.errors]
    return answer


class _FieldResolver:
    """Resolves each field of one request: by its function, or from its parent's result."""

    def __init__(self, api: Api, request: Request, invoke: Invoke) -> None:
        self._api, self._request, self._invoke = api, request, invoke
        self._batches = Batches()
        self._count = 0

    def __call__(self, source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        resolver = self._api.resolvers.get((info.parent_type.name, info.field_name))
        if resolver is None:
            return source.get(info.field_name) if isinstance(source, dict) else None
        self._count += 1
        if self._api.count and self._count > self._api.count:
            raise FieldError(
                "ResolverExecutionLimitReached",
                f"The query needs more than {self._api.count} resolvers.",
            )
        place = tuple(key for key in info.path.as_list() if isinstance(key, str))
        return self._batches.resolve(
            (info.parent_type.name, *place),
            _context(self._request, source, info, arguments),
            resolver.batch,
            functools.partial(self._invoke, resolver.source),
        )


def _context(
    request: Request, source: Any, info: GraphQLResolveInfo, arguments: dict[str, Any]
) -> dict[str, Any]:
    """Return what a direct resolver's function gets.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    selections = SelectionSetNode(
        selections=tuple(
            each
            for node in info.field_nodes
            if node.selection_set
            for each in node.selection_set.selections
        )
    )
    return {
        "arguments": arguments,
        "identity": request.identity,
        "source": source,
        "request": {"headers": request.headers, "domainName": None},
        "prev": None,
        "info": {
            "selectionSetList": list(_selected(selections, info.fragments)),
            "selectionSetGraphQL": print_ast(selections) if selections.selections else "",
            "fieldName": info.field_name,
            "parentTypeName": info.parent_type.name,
            "variables": request.variables,
        },
        "stash": {},
    }


def _selected(
    selections: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode], above: str = ""
) -> Iterator[str]:
    """Yield the paths of the fields that are selected below a field, such as ``items/id``."""
    for node in selections.selections:
        if isinstance(node, FieldNode):
            name = above + (node.alias or node.name).value
            yield name
            if node.selection_set:
                yield from _selected(node.selection_set, fragments, f"{name}/")
        elif isinstance(node, FragmentSpreadNode):
            yield from _selected(fragments[node.name.value].selection_set, fragments, above)
        elif inner := getattr(node, "selection_set", None):
            yield from _selected(inner, fragments, above)


def _depth(document: DocumentNode) -> int:
    """Return the levels of the deepest operation of a valid document."""
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    known: dict[str, int] = {}

    def below(selections: SelectionSetNode) -> int:
        return max((of(node) for node in selections.selections), default=0)

    def of(node: Any) -> int:
        if isinstance(node, FieldNode):
            if node.name.value.startswith("__"):
                return 0
            return 1 + (below(node.selection_set) if node.selection_set else 0)
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = below(fragments[name])
            return known[name]
        return below(node.selection_set)

    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return max((below(operation.selection_set) for operation in operations), default=0)


@functools.lru_cache(maxsize=8)
def _schema(text: str) -> GraphQLSchema:
    """Return a schema with its comments as descriptions, as AppSync reads them."""
    lines: list[str] = []
    comments: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("#"):
            comments.append(bare.removeprefix("#").strip().replace('"""', '\\"""'))
            continue
        if comments and bare:
            block = "\n".join(comments)
            lines.append(f'"""\n{block}\n"""')
        comments = []
        lines.append(line)
    return build_schema("\n".join(lines))


def _error(error: GraphQLError, kind: str) -> dict[str, Any]:
    """Return an error in AppSync's form. No text of an exception is in it, only AWS's and ours."""
    cause = error.original_error
    if isinstance(cause, FieldError):
        kind = cause.kind or kind
    return {
        "path": error.path,
        "data": None,
        "errorType": kind,
        "errorInfo": None,
        "locations": [
            {"line": at.line, "column": at.column, "sourceName": None}
            for at in error.locations or []
        ],
        "message": error.message,
    }
