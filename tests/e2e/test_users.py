"""The users API over HTTP."""

from typing import Any

import pytest

from tests.support.e2e.system import Api, address


def test_a_user_is_created(api: Api) -> None:
    email = address()
    created = api("POST", "/users", {"name": "  Grace Hopper ", "email": email})
    assert created.status == 201
    assert created.body["message"] == "User created successfully"
    user = created.body["user"]
    assert set(user) == {"id", "name", "email", "created"}
    assert (user["name"], user["email"]) == ("Grace Hopper", email)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "Invalid request body"),
        (b"[]", "Invalid request body"),
        (b'{"name": 5, "email": "a@example.com"}', "Invalid request body"),
        ({}, "Name and email are required"),
        ({"name": "Ada"}, "Name and email are required"),
        ({"name": " ", "email": "ada@example.com"}, "Name and email are required"),
        ({"name": None, "email": "ada@example.com"}, "Name and email are required"),
    ],
)
def test_a_wrong_body_is_refused(api: Api, body: Any, error: str) -> None:
    answer = api("POST", "/users", body)
    assert (answer.status, answer.body) == (400, {"error": error})


def test_what_is_out_of_bounds_is_named_with_its_limit(api: Api) -> None:
    answer = api("POST", "/users", {"name": "x" * 101, "email": address()})
    assert answer.status == 400
    assert "name is 101 characters long; at most 100" in answer.body["error"]
    answer = api("POST", "/users", {"name": "Ada", "email": "ada"})
    assert answer.status == 400
    assert "email" in answer.body["error"]


def test_an_oversized_body_is_refused(api: Api) -> None:
    answer = api("POST", "/users", {"name": "Ada", "email": address(), "more": "x" * 9_000})
    assert answer.status == 413
    assert "8192" in answer.body["error"]


def test_an_address_is_taken_in_any_letter_case(api: Api) -> None:
    email = address()
    assert api("POST", "/users", {"name": "Ada", "email": email}).status == 201
    answer = api("POST", "/users", {"name": "Eve", "email": email.upper()})
    assert (answer.status, answer.body) == (
        409,
        {"error": "A user with this email already exists"},
    )


def test_a_repeated_idempotency_key_gets_the_first_answer(api: Api) -> None:
    body, key = {"name": "Ada", "email": address()}, {"Idempotency-Key": address()}
    first = api("POST", "/users", body, key)
    again = api("POST", "/users", body, key)
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.headers["idempotent-replayed"] == "true"
    other = api("POST", "/users", {**body, "name": "Eve"}, key)
    assert other.status == 422


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("PUT", "/users/x")])
def test_the_gateways_own_errors_have_the_apis_shape(api: Api, method: str, path: str) -> None:
    answer = api(method, path)
    assert (answer.status, answer.body) == (404, {"error": "Not found"})
