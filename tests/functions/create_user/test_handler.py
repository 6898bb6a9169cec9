import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from handlers.create_user.create_user import create_user
from handlers.create_user.handler import handler
from handlers.domain.new_user import MAX_BODY_BYTES, InvalidRequest, parse_new_user
from handlers.domain.user import NewUser
from handlers.domain.user_store import UserStore
from tests.support import samples
from tests.support.fakes import (
    FakeContext,
    FakeDynamoDB,
    FakeUsers,
    client_error,
    log,
    logged_text,
    outcomes,
)

__all__ = ["log"]
ADA = {"name": "Ada Lovelace", "email": "ada@example.com"}


def post(
    body: Any, users: FakeUsers | None = None, *, key: str | None = None
) -> tuple[int, dict[str, Any], dict[str, str]]:
    event = samples.event("create_user")
    event["body"] = body if isinstance(body, str | None) else json.dumps(body)
    if key is not None:
        event["headers"]["idempotency-key"] = key
    response = create_user(event, users or FakeUsers())
    return response["statusCode"], json.loads(response["body"]), response["headers"]


def test_created(log: pytest.LogCaptureFixture) -> None:
    users = FakeUsers()
    response = create_user(samples.event("create_user"), users)
    [user] = users.users.values()
    assert response["statusCode"] == 201
    assert json.loads(response["body"]) == {
        "user": {
            "id": user.id,
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "created": "2026-11-23T03:28:47Z",
        },
        "message": "User created successfully",
    }
    assert response["headers"]["Content-Type"] == "application/json"
    assert "Idempotent-Replayed" not in response["headers"]
    assert outcomes(log) == ["created"]
    assert log.records[0].user_id == user.id
    assert "Ada" not in logged_text(log)
    assert "ada@" not in logged_text(log)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        "{",
        "[]",
        '"name"',
        "null",
        "1",
        "NaN",
        '{"name": NaN, "email": "ada@example.com"}',
        '{"name": "\\ud800", "email": "ada@example.com"}',
        '{"name": "a\x01", "email": "ada@example.com"}',
        "\ud800",
        '{"name": "Ada", "email": "ada@example.com"} x',
        '{"a":' * 1600,
    ],
)
def test_a_body_that_is_not_a_json_object_is_refused(
    body: str | None, log: pytest.LogCaptureFixture
) -> None:
    assert post(body)[:2] == (400, {"error": "Invalid request body"})
    assert outcomes(log) == ["invalid"]


def test_deep_nesting_is_refused() -> None:
    """The parser limits the depth; if Python's stack allows more, the value is not a string."""
    assert post('{"name":' + "[" * 4000 + "]" * 4000 + "}")[0] == 400


@pytest.mark.parametrize("body", [b'{"name": "\xff"}', b'{"x": "\xff"}', b"\xfe\xff"])
def test_a_body_that_is_not_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest, match="Invalid request body"):
        parse_new_user(body)


@pytest.mark.parametrize("field", ["name", "email"])
@pytest.mark.parametrize("value", [None, "", " ", "\t\n", "\u3000\u00a0"])
def test_a_missing_null_or_blank_field_is_refused(field: str, value: str | None) -> None:
    required = (400, {"error": "Name and email are required"})
    assert post({**ADA, field: value})[:2] == required
    assert post({name: text for name, text in ADA.items() if name != field})[:2] == required
    assert post({})[:2] == required


@pytest.mark.parametrize("field", ["name", "email"])
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("5", "a number"),
        ("-1.5e3", "a number"),
        ("9" * 5000, "a number"),
        ("true", "a boolean"),
        ("false", "a boolean"),
        ("[1]", "an array"),
        ('{"$gt": ""}', "an object"),
    ],
)
def test_an_error_names_the_wrong_type(field: str, value: str, kind: str) -> None:
    other = "email" if field == "name" else "name"
    body = f'{{"{field}": {value}, "{other}": "ada@example.com"}}'
    assert post(body)[:2] == (400, {"error": f"{field} is {kind}; it must be a string"})


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "x" * 101}, ["name is 101 characters long", "at most 100", "greeting"]),
        ({"name": "Ada\r\nBcc: x"}, ["name has a control character (U+000D, character 4 of 11)"]),
        ({"name": "Ada\n"}, ["name has a control character"]),
        ({"name": "Ada\u202e"}, ["name has a control character"]),
        ({"name": "Ada\uffff"}, ["name has a control character"]),
        ({"name": "Ada\ufdd0"}, ["name has a control character (U+FDD0, character 4 of 4)"]),
        ({"name": "Ada\U0001fffe"}, ["name has a control character (U+1FFFE"]),
        ({"name": "\U0010ffff"}, ["name has a control character (U+10FFFF"]),
        ({"name": "\u200b\u2060"}, ["name has 2 characters, and none is visible", "U+200B"]),
        ({"name": " \u3164 "}, ["none is visible (the first is U+3164)", "at least one"]),
        ({"name": "\u2800"}, ["none is visible"]),
        ({"name": "\u00ad"}, ["none is visible"]),
        ({"name": "\u0301"}, ["none is visible"]),
        ({"email": "x" * 243 + "@example.com"}, ["email is 255 characters long", "at most 254"]),
        ({"email": "x" * 65 + "@example.com"}, ["before the @ is 65", "at most 64", "RFC 5321"]),
        ({"email": "ada@example.com\n"}, ["email has a control character"]),
        ({"email": "bob"}, ["email (3 characters)", "ASCII", "because"]),
        ({"email": "ada@exämple.com"}, ["Punycode"]),
    ],
)
def test_an_error_names_the_limit_and_its_reason(fields: dict[str, str], says: list[str]) -> None:
    status, body, _ = post({**ADA, **fields})
    assert status == 400
    assert all(part in body["error"] for part in says), body
    [value] = fields.values()
    assert value.strip() not in body["error"]


@pytest.mark.parametrize(
    "fields", [{"name": "x" * 100}, {"name": "李"}, {"email": "x" * 64 + "@example.com"}]
)
def test_values_at_the_limit_are_accepted(fields: dict[str, str]) -> None:
    assert post({**ADA, **fields})[0] == 201


def test_spaces_around_are_removed_and_unknown_fields_ignored() -> None:
    body = json.dumps({"name": " Ada ", "email": " a@b.co ", "id": "user_1", "x": [None]}).encode()
    assert parse_new_user(body) == NewUser("Ada", "a@b.co")


def test_the_last_of_two_equal_fields_counts() -> None:
    body = b'{"name": 5, "name": "Ada", "email": "a@b.co", "na\\u006de": "Bob"}'
    assert parse_new_user(body) == NewUser("Bob", "a@b.co")


def test_an_address_that_is_taken_is_a_conflict(log: pytest.LogCaptureFixture) -> None:
    users = FakeUsers()
    post(ADA, users)
    status, body, _ = post({**ADA, "email": "ADA@example.com"}, users)
    assert status == 409
    assert list(body) == ["error"]
    assert outcomes(log) == ["created", "email_taken"]


def test_a_body_over_the_limit_is_refused(log: pytest.LogCaptureFixture) -> None:
    def padded(length: int) -> str:
        text = json.dumps({**ADA, "x": ""})
        return text[:-2] + "y" * (length - len(text)) + text[-2:]

    assert post(padded(MAX_BODY_BYTES))[0] == 201
    status, body, _ = post(padded(MAX_BODY_BYTES + 1))
    assert (status, "8192 bytes" in body["error"]) == (413, True)
    assert outcomes(log) == ["created", "too_large"]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ("x" * (MAX_BODY_BYTES + 1), None),
        ("[" * (MAX_BODY_BYTES + 1), None),
        (json.dumps({"name": "x" * MAX_BODY_BYTES}), None),
        ("\xe9" * MAX_BODY_BYTES, None),
        (" " * (MAX_BODY_BYTES + 1), "no key"),
    ],
    ids=["no JSON", "nested", "a field missing", "two bytes each", "a bad key"],
)
def test_a_body_over_the_limit_is_too_large_whatever_else_is_wrong(
    body: str, key: str | None
) -> None:
    assert post(body, key=key)[0] == 413


def test_repeated_key(log: pytest.LogCaptureFixture) -> None:
    users = FakeUsers()
    first = post(ADA, users, key="k1")
    again = post({"email": " ada@example.com", **ADA}, users, key="k1")
    other = post({**ADA, "name": "Bob"}, users, key="k1")
    assert (first[0], again[0], other[0]) == (201, 201, 422)
    assert again[1] == first[1]
    assert again[2]["Idempotent-Replayed"] == "true"
    assert outcomes(log) == ["created", "replayed", "key_reused"]


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("!", 201),
        ("~" * 255, 201),
        ("", 400),
        ("~" * 256, 400),
        ("a b", 400),
        ("ä", 400),
        ("a\n", 400),
    ],
)
def test_keys(key: str, status: int) -> None:
    answered, body, _ = post(ADA, key=key)
    assert answered == status
    if status == 400:
        assert body["error"].startswith(f"Idempotency-Key has {len(key)} characters")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"\xef\xbb\xbf{}")
def test_any_body_is_parsed_or_refused(body: bytes) -> None:
    try:
        parse_new_user(body)
    except InvalidRequest:
        return


@given(
    st.fixed_dictionaries({"name": JSON, "email": JSON | st.emails()}),
    st.none() | st.text(st.characters(codec="utf-8")),
)
def test_any_json_gets_a_2xx_or_4xx(body: Any, key: str | None) -> None:
    assert post(body, key=key)[0] in {201, 400, 413}


@given(st.text(max_size=50), st.booleans())
def test_any_text_gets_a_2xx_or_4xx(body: str, encoded: bool) -> None:
    event = {**samples.event("create_user"), "body": body, "isBase64Encoded": encoded}
    assert create_user(event, FakeUsers())["statusCode"] in {201, 400, 413}


@given(st.text(max_size=20), st.text(max_size=20))
@settings(suppress_health_check=[HealthCheck.filter_too_much])
def test_no_line_end_is_stored(name: str, email: str) -> None:
    for address in (email, f"ada@example.com{email}", f"{email}@example.com"):
        try:
            new = parse_new_user(
                json.dumps({"name": name, "email": address}).encode("utf-8", "surrogatepass")
            )
        except InvalidRequest:
            continue
        assert not set(new.name + new.email) & {*map(chr, range(32)), "\u2028", "\u2029", "\x85"}


ORIGIN = "https://app.example.com"


def deployed(client: FakeDynamoDB, event: dict[str, Any]) -> dict[str, Any]:
    """Invoke the function with a store whose client is a fake."""
    store = UserStore(client, "users", ledger_table="ledger")
    return handler.invoke(event, FakeContext(), store, ORIGIN)


def test_handler_from_event_to_items() -> None:
    client = FakeDynamoDB()
    event = samples.event("create_user", "idempotent")
    first, second = deployed(client, event), deployed(client, event)
    assert first["statusCode"] == second["statusCode"] == 201
    assert first["body"] == second["body"]
    assert second["headers"]["Idempotent-Replayed"] == "true"
    assert first["headers"]["Access-Control-Allow-Origin"] == ORIGIN
    assert len(client.tables["users"]) == 2


def test_a_500_does_not_reveal_the_reason(log: pytest.LogCaptureFixture) -> None:
    client = FakeDynamoDB()
    client.errors = [client_error("AccessDeniedException")]
    response = deployed(client, samples.event("create_user"))
    assert response["statusCode"] == 500
    assert json.loads(response["body"]) == {"error": "Failed to create user"}
    assert outcomes(log) == ["failed"]
    assert log.records[0].code == "AccessDeniedException"
    assert "canary" not in logged_text(log)


def test_throttling_is_a_503(log: pytest.LogCaptureFixture) -> None:
    client = FakeDynamoDB()
    client.errors = [client_error("ThrottlingException")]
    response = deployed(client, samples.event("create_user"))
    assert (response["statusCode"], response["headers"]["Retry-After"]) == (503, "2")
    assert outcomes(log) == ["busy"]
