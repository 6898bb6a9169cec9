"""One GraphQL schema, assembled from the parts in the functions' folders."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLEnumType,
    GraphQLSchema,
    GraphQLSyntaxError,
    ObjectTypeExtensionNode,
    Source,
    build_ast_schema,
    parse,
    print_schema,
    validate_schema,
)
from graphql.language import Node, TypeDefinitionNode
from graphql.validation.validate import validate_sdl

_HANDLERS = Path(__file__).parents[3] / "handlers"
_ROOTS = ("Query", "Mutation")
_DESCRIPTION = re.compile(r'^( *)"""(.*?)"""$', re.MULTILINE | re.DOTALL)


class SchemaError(ValueError):
    """Parts that do not make a schema; the message names file and line."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field that functions resolve, such as ``user`` of the type ``Query``, and its part."""

    type: str
    name: str
    part: str


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The whole schema as AppSync takes it, and the fields that functions resolve."""

    text: str
    fields: tuple[Field, ...]


def part_of(function: str) -> Path:
    """Return the file of a function's part, by the function's name."""
    return _HANDLERS / function.replace("-", "_") / "schema.graphql"


def compose(parts: Mapping[str, Path]) -> Schema:
    """Return the schema of all parts.

    A part defines types. Each field in one of its ``extend type`` blocks is resolved by the part's
    function. A part may use and extend the types of others.

    Args:
        parts: the files, by the parts' names.

    Raises:
        SchemaError: a part cannot be read or parsed, or the parts do not fit together.
    """
    documents = {name: _parsed(path) for name, path in parts.items()}
    fields = [field for name, each in documents.items() for field in _fields(name, each)]
    types = {field.type for field in fields}
    # A type needs a field: Mutation is there only if a part extends it.
    roots = [f"type {root}" for root in _ROOTS if root in types]
    if "Query" not in types:
        raise SchemaError(
            f"no part extends Query ({_listed(parts.values())}); a GraphQL schema needs a query: "
            "add `extend type Query { … }` to a part"
        )
    every = [parse("\n".join(roots)), *documents.values()]
    whole = DocumentNode(definitions=tuple(node for each in every for node in each.definitions))
    for fault in validate_sdl(whole):
        raise _problem(fault.message, fault.nodes or ())
    try:
        schema = build_ast_schema(whole, assume_valid_sdl=True)
    except TypeError as error:  # an input where only an output may stand, or the other way round
        raise SchemaError(f"{_listed(parts.values())}: {error}") from None
    for fault in validate_schema(schema):
        raise _problem(fault.message, fault.nodes or ())
    return Schema(text=_text(schema), fields=tuple(fields))


def _parsed(path: Path) -> DocumentNode:
    try:
        text = path.read_text()
    except FileNotFoundError:
        raise SchemaError(
            f"{_name(path)} is missing; write the function's part of the GraphQL schema there"
        ) from None
    try:
        return parse(Source(text, _name(path)))
    except GraphQLSyntaxError as error:
        line = error.locations[0].line if error.locations else 1
        raise SchemaError(f"{_name(path)}:{line}: {error.message}") from None


def _fields(part: str, document: DocumentNode) -> Iterator[Field]:
    for node in document.definitions:
        if isinstance(node, ObjectTypeExtensionNode):
            for field in node.fields:
                yield Field(type=node.name.value, name=field.name.value, part=part)
        elif not isinstance(node, TypeDefinitionNode):
            raise _problem("A part has definitions and extensions of types only.", (node,))


def _problem(message: str, nodes: Iterable[Node]) -> SchemaError:
    """Return an error that names each place; a conflict has two."""
    locations = []
    for node in nodes:
        if node.loc:
            source = node.loc.source
            line = source.body[: node.loc.start].count("\n") + 1
            locations.append(f"{source.name}:{line}")
    return SchemaError(f"{' and '.join(locations) or 'the GraphQL schema'}: {message}")


def _text(schema: GraphQLSchema) -> str:
    """Return a schema as AppSync takes it: with comments in place of descriptions.

    AppSync refuses descriptions, and in enums comments as well; it shows comments as descriptions.
    https://github.com/aws/aws-appsync-community/issues/38
    https://github.com/aws/aws-appsync-community/issues/55
    """
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLEnumType) and not type_.name.startswith("__"):
            descriptions = [(name, each.description) for name, each in type_.values.items()]
            of_values = [f"{name}: {text}" for name, text in descriptions if text]
            type_.description = "\n".join([*filter(None, [type_.description]), *of_values]) or None
            for each in type_.values.values():
                each.description = None
    return _DESCRIPTION.sub(_comment, print_schema(schema)) + "\n"


def _comment(found: re.Match[str]) -> str:
    text = found[2].strip().replace('\\"""', '"""')
    return "\n".join(f"{found[1]}# {line.strip()}" for line in text.splitlines())


def _name(path: Path) -> str:
    """Return a path as people write it: relative, from the folder of the handlers on."""
    return "/".join(path.parts[-3:])


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(map(_name, paths)) or "there is none"
