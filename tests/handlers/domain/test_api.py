import re
from typing import Any

import pytest

from handlers.domain.api import COMPONENTS
from handlers.domain.new_user import MAX_BODY_BYTES, InvalidRequest, parse_new_user
from tests.support.functions import operations


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        here = [node["$ref"]] if "$ref" in node else []
        return here + [found for value in node.values() for found in references(value)]
    if isinstance(node, list):
        return [found for value in node for found in references(value)]
    return []


def test_every_reference_resolves() -> None:
    found = references([COMPONENTS, *operations().values()])
    assert found
    assert {reference.rpartition("/")[2] for reference in found} <= set(COMPONENTS)
    assert all(reference.startswith("#/components/schemas/") for reference in found)


@pytest.mark.needs("create_user")
def test_request_is_a_new_user() -> None:
    schema = operations()["create-user"]["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/NewUser"}
    assert COMPONENTS["NewUser"]["required"] == ["name", "email"]
    assert COMPONENTS["User"]["required"] == ["id", "name", "email", "created"]


def test_every_operation_may_fail_or_be_busy() -> None:
    for operation in operations().values():
        assert set(operation["responses"]) >= {"500", "503"}


@pytest.mark.needs("create_user")
def test_every_status_of_a_new_user_is_described() -> None:
    responses = operations()["create-user"]["responses"]
    assert set(responses) == {"201", "400", "409", "413", "422", "500", "503"}
    assert str(MAX_BODY_BYTES) in responses["413"]["description"]


@pytest.mark.parametrize("field", ["name", "email"])
@pytest.mark.parametrize(
    "value",
    [
        *["a", " a ", "x" * 100, "x" * 101, "", " ", "\n", "a\n", "\u3000", "\u00a0b", "\u202ea"],
        *[
            "a@b.co",
            " a@b.co ",
            "a@b.co\n",
            "a" * 64 + "@b.co",
            "a" * 65 + "@b.co",
            "a@b",
            "é@b.co",
        ],
        *[
            "a@" + ("d" * 60 + ".") * 4 + "com",
            "a@" + ("d" * 61 + ".") * 4 + "coms",
            "\uffff",
            "\ufffd",
            "é",
        ],
        *["\u200b\u2060", "\u3164", "\u2800", "\u00ad", "\ufdd0", "\u0301", "\ufe0f", "\U000e0041"],
        *["\u200ba", "e\u0301", " \u3164a", "🙂", "\U00020000"],
        *["a@" + ("d" * 61 + ".") * 4 + "com", "a@" + ("d" * 61 + ".") * 4 + "com "],
    ],
)
def test_schema_and_function_agree(field: str, value: str) -> None:
    from json import dumps

    schema = COMPONENTS["NewUser"]["properties"][field]
    # `$` of ECMAScript and JSON Schema is the very end, which Python writes `\Z`.
    patterns = [schema["pattern"].removesuffix("$") + r"\Z"]
    patterns += [part["pattern"] for part in schema.get("allOf", [])]
    valid = schema["minLength"] <= len(value) <= schema["maxLength"] and all(
        re.search(pattern, value) for pattern in patterns
    )
    body = {"name": "Ada", "email": "ada@example.com", field: value}
    try:
        parse_new_user(dumps(body).encode())
    except InvalidRequest:
        assert not valid
    else:
        assert valid


def test_examples_are_valid() -> None:
    from json import dumps

    new = COMPONENTS["NewUser"]["properties"]
    parse_new_user(dumps({name: new[name]["examples"][0] for name in new}).encode())
    user_id = COMPONENTS["User"]["properties"]["id"]
    assert re.search(user_id["pattern"], user_id["examples"][0])
