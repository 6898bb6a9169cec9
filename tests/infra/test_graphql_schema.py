"""One schema of several parts, in what AppSync takes, and errors that name file and line."""

from pathlib import Path

import pytest
from graphql import build_schema

from infra.triggers.graphql.schema import Field, SchemaError, compose

USERS = """"A user."
type User {
  "Unguessable."
  id: ID!
}
extend type Query {
  user(id: ID!): User
}
"""
FILES = """enum State {
  "Nothing came: null so far."
  waiting
  done
}
type File { id: ID! state: State }
extend type User {
  files(first: Int = 20): [File!]
}
extend type Mutation { addFile(user: ID!): File }
"""


def parts(folder: Path, **texts: str) -> dict[str, Path]:
    made = {}
    for name, text in texts.items():
        path = folder / "handlers" / name / "schema.graphql"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        made[name] = path
    return made


def test_parts_become_one_schema(tmp_path: Path) -> None:
    schema = compose(parts(tmp_path, users=USERS, files=FILES))
    assert schema.fields == (
        Field(type="Query", name="user", part="users"),
        Field(type="User", name="files", part="files"),
        Field(type="Mutation", name="addFile", part="files"),
    )
    types = build_schema(schema.text).type_map
    assert list(types["User"].fields) == ["id", "files"]  # type: ignore[attr-defined]
    assert list(types["Mutation"].fields) == ["addFile"]  # type: ignore[attr-defined]


def test_descriptions_are_comments_and_none_is_in_an_enum(tmp_path: Path) -> None:
    """AppSync refuses descriptions, and some comments before an enum's values."""
    text = compose(parts(tmp_path, users=USERS, files=FILES)).text
    assert '"' not in text
    assert "# A user.\ntype User {\n  # Unguessable.\n  id: ID!" in text
    assert "# waiting: Nothing came: null so far.\nenum State {\n  waiting\n  done\n}" in text


def test_without_a_mutation_there_is_no_such_type(tmp_path: Path) -> None:
    assert "Mutation" not in compose(parts(tmp_path, users=USERS)).text


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            "extend type Query { user: Int }",
            r"users/schema.graphql:7 and handlers/files/schema.graphql:1: Field 'Query.user'",
        ),
        (
            "\nextend type User { id: ID }",
            r"files/schema.graphql:2: Field 'User.id' can only be defined once",
        ),
        ("type Other { a: Nowhere }", r"files/schema.graphql:1: Unknown type 'Nowhere'"),
        ("extend type Nobody { a: Int }", r"files/schema.graphql:1: Cannot extend type 'Nobody'"),
        ("type Other {\n  a: \n}", r"files/schema.graphql:\d: Syntax Error: Expected Name"),
        ("query { user }", r"files/schema.graphql:1: A part has definitions and extensions"),
        ("type User { a: Int }", r"There can be only one type named 'User'"),
        (
            "type Wrong { a: In } input In { b: Int }",
            r"files/schema.graphql: Wrong fields cannot be resolved.* output type",
        ),
        ("type Empty", r"files/schema.graphql:1: Type Empty must define one or more fields"),
    ],
)
def test_what_does_not_fit_is_named_by_file_and_line(
    tmp_path: Path, part: str, message: str
) -> None:
    with pytest.raises(SchemaError, match=message):
        compose(parts(tmp_path, users=USERS, files=part))


def test_a_part_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"handlers/lost/schema.graphql is missing; write"):
        compose({"lost": tmp_path / "handlers" / "lost" / "schema.graphql"})


def test_a_schema_needs_a_query(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"no part extends Query .*add `extend type Query"):
        compose(parts(tmp_path, files="type A { a: Int }"))
