"""What breaks an API's callers: every rule by an example, and what must hold for all documents."""

import copy
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprint.plan.api import breaking
from blueprint.plan.schema import Side
from blueprint.plan.schema_breaks import Direction, breaks
from blueprint.project import ROOT

Schema = dict[str, Any]

OWN = json.loads((ROOT / "openapi.json").read_text())


def document(request: Schema | None = None, response: Schema | None = None) -> dict[str, Any]:
    """Return an API of one operation."""
    operation: dict[str, Any] = {
        "operationId": "put",
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "dry", "in": "query", "schema": {"type": "boolean"}},
        ],
        "security": [{"Key": []}, {"Token": ["write", "read"]}],
        "responses": {
            "200": {
                "description": "Done.",
                "headers": {"ETag": {"required": True, "schema": {"type": "string"}}},
                "content": {"application/json": {"schema": response or {"type": "object"}}},
            },
            "404": {"description": "Not there."},
        },
    }
    if request is not None:
        operation["requestBody"] = {"content": {"application/json": {"schema": request}}}
    return {"openapi": "3.1.0", "paths": {"/things/{id}": {"put": operation}}, "components": {}}


def operation(api: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = api["paths"]["/things/{id}"]["put"]
    return operation


def test_the_own_document_breaks_nothing_of_itself() -> None:
    assert breaking(OWN, copy.deepcopy(OWN)) == []


def test_what_is_removed_breaks() -> None:
    before = document({"type": "object"})
    assert breaking(before, {"paths": {}}) == ["PUT /things/{id}: removed"]
    for path, message in {
        ("parameters", 1): "query parameter dry: removed",
        ("requestBody",): "request body: removed",
        ("requestBody", "content", "application/json"): "request: application/json: removed",
        ("responses", "404"): "response 404: removed",
        ("responses", "200", "headers", "ETag"): "response 200: header ETag: removed",
        ("responses", "200", "content", "application/json"): (
            "response 200: application/json: removed"
        ),
    }.items():
        after = copy.deepcopy(before)
        node = operation(after)
        for part in path[:-1]:
            node = node[part]
        del node[path[-1]]
        assert breaking(before, after) == [f"PUT /things/{{id}}: {message}"]
        if message.startswith(("request body", "query")):
            assert breaking(after, before) == []


def test_what_is_asked_for_beside_breaks() -> None:
    before, after = document(), document({"type": "object"})
    operation(after)["requestBody"]["required"] = True
    operation(after)["parameters"].append({"name": "who", "in": "header", "required": True})
    operation(after)["parameters"][1]["required"] = True
    operation(after)["responses"]["200"]["headers"]["ETag"]["required"] = False
    assert breaking(before, after) == [
        "PUT /things/{id}: header parameter who: new, and required",
        "PUT /things/{id}: query parameter dry: now required",
        "PUT /things/{id}: request body: new, and required",
        "PUT /things/{id}: response 200: header ETag: may be missing now",
    ]
    operation(before)["requestBody"] = {"content": {}}
    assert "PUT /things/{id}: request body: now required" in breaking(before, after)


def test_a_parameters_and_a_headers_schema_are_compared() -> None:
    before, after = document(), document()
    operation(after)["parameters"][0]["schema"]["maxLength"] = 9
    operation(after)["responses"]["200"]["headers"]["ETag"]["schema"] = {}
    assert breaking(before, after) == [
        "PUT /things/{id}: path parameter id: maxLength (none) → 9",
        'PUT /things/{id}: response 200: header ETag: type "string" → (none)',
    ]


def test_what_a_path_parameter_is_called_is_no_matter() -> None:
    before, after = document(), document()
    after["paths"] = {"/things/{name}": after["paths"]["/things/{id}"]}
    after["paths"]["/things/{name}"]["put"]["parameters"][0]["name"] = "name"
    assert breaking(before, after) == []


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ([{"Key": []}, {"Token": ["write"]}], None),
        ([{}], None),
        ([], None),
        ([{"Key": []}, {"Token": []}, {"Other": []}], None),
        ([{"Key": []}], "Token (write, read) is no longer enough; accepted: Key"),
        (
            [{"Key": []}, {"Token": ["admin"]}],
            "Token (write, read) is no longer enough; accepted: Key or Token (admin)",
        ),
        (
            [{"Key": [], "Token": ["write"]}, {"Token": ["read"]}],
            "Key is no longer enough; accepted: Key with Token (write) or Token (read)",
        ),
    ],
)
def test_credentials_that_were_enough_must_stay_so(after: Any, message: str | None) -> None:
    old, new = document(), document()
    operation(new)["security"] = after
    expected = [f"PUT /things/{{id}}: security: {message}"] if message else []
    assert breaking(old, new) == expected


def test_security_of_the_whole_document_counts_for_operations_without() -> None:
    old, new = document(), document()
    for api in (old, new):
        del operation(api)["security"]
    new["security"] = [{"Key": []}]
    assert breaking(old, new) == [
        "PUT /things/{id}: security: nothing is no longer enough; accepted: Key"
    ]


def test_shared_parameters_and_references_are_followed() -> None:
    old, new = document(), document()
    for api, most in ((old, 9), (new, 5)):
        api["components"] = {
            "parameters": {"Who": {"name": "who", "in": "header", "schema": {"maxLength": most}}},
            "responses": {"Gone": {"description": "", "headers": {} if most == 5 else {"X": {}}}},
        }
        api["paths"]["/things/{id}"]["parameters"] = [{"$ref": "#/components/parameters/Who"}]
        operation(api)["responses"]["410"] = {"$ref": "#/components/responses/Gone"}
    assert breaking(old, new) == [
        "PUT /things/{id}: header parameter who: maxLength 9 → 5",
        "PUT /things/{id}: response 410: header X: removed",
    ]


NARROWER: list[tuple[Schema, Schema, str]] = [
    ({"maxLength": 9}, {"maxLength": 5}, "maxLength 9 → 5"),
    ({}, {"maxItems": 5}, "maxItems (none) → 5"),
    ({"minimum": 0}, {"minimum": 1}, "minimum 0 → 1"),
    ({}, {"minLength": 1}, "minLength (none) → 1"),
    ({}, {"exclusiveMinimum": -1}, "exclusiveMinimum (none) → -1"),
    ({"type": "number"}, {"type": "integer"}, 'type "number" → "integer"'),
    ({}, {"type": "string"}, 'type (none) → "string"'),
    ({"type": ["string", "null"]}, {"type": "string"}, 'type ["string", "null"] → "string"'),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, 'enum ["a", "b"] → ["a"]'),
    ({"enum": ["a", "b"]}, {"const": "a"}, 'const (none) → "a"'),
    ({}, {"const": None}, "const (none) → null"),
    ({}, {"pattern": "^a"}, 'pattern (none) → "^a"'),
    ({}, {"format": "date"}, 'format (none) → "date"'),
    ({}, {"allOf": [{"pattern": "x"}]}, 'allOf (none) → [{"pattern": "x"}]'),
    ({}, {"items": False}, "items (none) → false"),
]


@pytest.mark.parametrize(("wide", "narrow", "message"), NARROWER)
def test_a_narrower_schema_breaks_requests_and_a_wider_one_responses(
    wide: Schema, narrow: Schema, message: str
) -> None:
    assert breaking_changes(wide, narrow, Direction.REQUEST) == [message]
    assert breaking_changes(narrow, wide, Direction.REQUEST) == []
    assert breaking_changes(wide, narrow, Direction.RESPONSE) == []
    keyword, old, new = message.split(" ", 1)[0], *message.split(" ", 1)[1].split(" → ")
    assert breaking_changes(narrow, wide, Direction.RESPONSE) == [f"{keyword} {new} → {old}"]


@pytest.mark.parametrize("direction", Direction)
def test_what_cannot_be_decided_is_said(direction: Direction) -> None:
    for keyword, old, new in (("pattern", "^a", "^b"), ("multipleOf", 4, 2), ("if", {}, True)):
        assert len(breaking_changes({keyword: old}, {keyword: new}, direction)) == 1
    assert (
        breaking_changes({"description": "a"}, {"description": "b", "examples": ["c"]}, direction)
        == []
    )


def test_fields_are_compared_at_any_depth() -> None:
    def nested(field: Schema) -> Schema:
        return {"properties": {"list": {"items": {"properties": {"of": field}}}}}

    assert breaking_changes(nested({}), nested({"maxLength": 1}), Direction.REQUEST) == [
        "list[].of: maxLength (none) → 1"
    ]
    assert breaking_changes({"properties": {"a": {}, "b": {}}}, {"properties": {"a": {}}}) == [
        "b: removed"
    ]


@pytest.mark.parametrize(
    ("before", "after", "asked", "answered"),
    [
        ([], ["a"], ["a: now required"], []),
        (["a"], [], [], ["a: may be missing now"]),
        ([], ["b"], ["b: new, and required"], []),
    ],
)
def test_required_fields(
    before: list[str], after: list[str], asked: list[str], answered: list[str]
) -> None:
    old, new = ({"properties": {"a": {}}, "required": names} for names in (before, after))
    assert breaking_changes(old, new, Direction.REQUEST) == asked
    assert breaking_changes(old, new, Direction.RESPONSE) == answered


def test_unknown_fields_that_are_refused_now() -> None:
    message = ["additionalProperties (none) → false"]
    assert breaking_changes({}, {"additionalProperties": False}, Direction.REQUEST) == message
    assert breaking_changes({"additionalProperties": False}, {}, Direction.RESPONSE) == []
    values = [{"additionalProperties": {"maxLength": n}} for n in (9, 5)]
    assert breaking_changes(*values, Direction.REQUEST) == ["*: maxLength 9 → 5"]


def test_alternatives() -> None:
    some = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    more = {"oneOf": [{"type": "null"}, {"type": "string", "title": "Other"}, {"type": "array"}]}
    assert breaking_changes(some, more, Direction.REQUEST) == []
    assert breaking_changes(more, some, Direction.REQUEST) == [
        "the alternative array is no longer accepted"
    ]
    assert breaking_changes(some, more, Direction.RESPONSE) == ["the alternative array is new"]
    assert breaking_changes(some, {"type": "string"}, Direction.REQUEST) == [
        "the alternative null is no longer accepted"
    ]
    assert breaking_changes({"type": "string"}, some, Direction.REQUEST) == []


def test_schemas_that_hold_themselves() -> None:
    def tree(most: int) -> dict[str, Any]:
        node = {"properties": {"next": {"$ref": "#/components/schemas/Node"},
                               "all": {"allOf": [{"$ref": "#/components/schemas/Node"}]},
                               "name": {"maxLength": most}}}  # fmt: skip
        return {"components": {"schemas": {"Node": node}}}

    def side(most: int) -> Side:
        return Side(document=tree(most), schema={"$ref": "#/components/schemas/Node"})

    assert list(breaks(side(9), side(9), Direction.REQUEST)) == []
    problems = list(breaks(side(9), side(5), Direction.REQUEST))
    assert problems[-1] == "name: maxLength 9 → 5"
    assert problems[0].startswith("all: allOf ")  # what is behind the reference has changed


def breaking_changes(
    before: Schema, after: Schema, direction: Direction = Direction.RESPONSE
) -> list[str]:
    sides = (Side(document={}, schema=schema) for schema in (before, after))
    return list(breaks(*sides, direction))


NAMES = st.sampled_from("abc")
SIMPLE = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "null", ["string", "null"]]),
        "maxLength": st.integers(0, 3),
        "minLength": st.integers(0, 2),
        "minimum": st.integers(-2, 2),
        "exclusiveMaximum": st.integers(-2, 4),
        "multipleOf": st.integers(1, 3),
        "pattern": st.sampled_from(["^a", "b"]),
        "enum": st.lists(st.sampled_from(["a", "b", "ab", 1, 2, None]), min_size=1, unique=True),
        "const": st.sampled_from(["a", 1, None]),
        "title": NAMES,
    },
)
SCHEMAS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.fixed_dictionaries(
            # All fields that there are: what is said of a new one is no matter, by another test.
            {
                "type": st.just("object"),
                "properties": st.fixed_dictionaries(dict.fromkeys("abc", inner)),
            },
            optional={
                "required": st.lists(NAMES, unique=True),
                "additionalProperties": st.one_of(st.booleans(), inner),
                "maxProperties": st.integers(0, 3),
            },
        ),
        st.fixed_dictionaries(
            {"type": st.just("array")}, optional={"items": inner, "minItems": st.integers(0, 2)}
        ),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=5,
)
SCALARS = st.sampled_from(["", "a", "b", "ab", "abab", -2, 0, 1, 2, 3, 1.5, None, True])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=5,
)


@given(SCHEMAS, SCHEMAS)
def test_alike_documents_break_nothing(request: Schema, response: Schema) -> None:
    before = document(request, response)
    assert breaking(before, copy.deepcopy(before)) == []


PAIRS = st.one_of(
    st.tuples(SCHEMAS, SCHEMAS),
    st.tuples(SCHEMAS, SIMPLE).map(lambda pair: (pair[0], {**pair[0], **pair[1]})),
    st.tuples(SCHEMAS, SIMPLE).map(lambda pair: ({**pair[0], **pair[1]}, pair[0])),
)


@given(PAIRS, st.lists(VALUES, min_size=10, max_size=20))
def test_what_is_said_to_break_no_request_is_still_accepted(
    pair: tuple[Schema, Schema], values: list[Any]
) -> None:
    """Judged by an independent validator: no change that refuses a value goes unsaid."""
    before, after = pair
    if not breaking_changes(before, after, Direction.REQUEST):
        accepted = [v for v in values if jsonschema_rs.is_valid(before, v)]
        assert [v for v in accepted if not jsonschema_rs.is_valid(after, v)] == []


@given(SIMPLE, SIMPLE)
def test_what_breaks_a_request_breaks_a_response_the_other_way(old: Schema, new: Schema) -> None:
    request = breaking_changes(old, new, Direction.REQUEST)
    response = breaking_changes(new, old, Direction.RESPONSE)
    assert len(request) == len(response)


@given(SCHEMAS, SCHEMAS, SCHEMAS)
def test_an_optional_field_that_is_new_never_breaks(
    request: Schema, response: Schema, field: Schema
) -> None:
    def body(schema: Schema, **more: Schema) -> Schema:
        return {"type": "object", "properties": {"field": schema, **more}, "required": ["field"]}

    before = document(body(request), body(response))
    after = document(body(request, new=field), body(response, new=field))
    assert breaking(before, after) == []


@given(SCHEMAS)
def test_what_is_beside_it_never_breaks(schema: Schema) -> None:
    before = document(schema, schema)
    after = copy.deepcopy(before)
    operation(after)["parameters"].append({"name": "new", "in": "query", "schema": schema})
    operation(after)["responses"]["503"] = {"description": "Busy."}
    operation(after)["responses"]["200"]["headers"]["New"] = {"schema": schema}
    operation(after)["security"].append({"Other": []})
    operation(after)["description"] = "Told anew."
    after["paths"]["/other"] = {"get": {"responses": {}}}
    assert breaking(before, after) == []
