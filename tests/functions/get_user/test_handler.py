import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.email_address import guard_id
from handlers.domain.user import NewUser
from handlers.domain.user_store import UserStore
from handlers.get_user.get_user import get_user
from handlers.get_user.handler import handler
from tests.support import samples
from tests.support.fakes import (
    USER,
    FakeContext,
    FakeDynamoDB,
    FakeUsers,
    client_error,
    log,
    logged_text,
    outcomes,
)

__all__ = ["log"]


def get(user_id: str | None, users: Any) -> tuple[int, dict[str, Any]]:
    event = samples.event("get_user")
    event["pathParameters"] = None if user_id is None else {"id": user_id}
    response = get_user(event, users)
    return response["statusCode"], json.loads(response["body"])


def test_found(log: pytest.LogCaptureFixture) -> None:
    response = get_user(samples.event("get_user"), FakeUsers({USER.id: USER}))
    assert response["statusCode"] == 200
    assert json.loads(response["body"]) == {
        "id": USER.id,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "created": "2026-11-23T03:28:47Z",
    }
    assert outcomes(log) == ["found"]
    assert "Ada" not in logged_text(log)
    assert "ada@" not in logged_text(log)


def test_not_found(log: pytest.LogCaptureFixture) -> None:
    assert get(USER.id, FakeUsers()) == (404, {"error": "User not found"})
    assert outcomes(log) == ["not_found"]


@pytest.mark.parametrize("user_id", [None, "", " "])
def test_no_id(user_id: str | None, log: pytest.LogCaptureFixture) -> None:
    assert get(user_id, FakeUsers()) == (400, {"error": "User ID is required"})
    assert outcomes(log) == ["invalid"]


def test_guards_are_not_readable() -> None:
    client = FakeDynamoDB()
    store = UserStore(client, "users", ledger_table="ledger")
    store.create(NewUser("Ada", "ada@example.com"), idempotency_key=None)
    guard = guard_id("ada@example.com")
    assert guard in client.tables["users"]
    assert get(guard, store) == (404, {"error": "User not found"})
    assert "GetItem" not in client.calls


@given(st.text())
def test_any_id_gets_a_4xx(user_id: str) -> None:
    client = FakeDynamoDB()
    assert get(user_id, UserStore(client, "users"))[0] in {400, 404}
    assert client.calls == []


@pytest.mark.parametrize(
    ("error", "status", "body", "name"),
    [
        (client_error("AccessDeniedException"), 500, {"error": "Failed to get user"}, "failed"),
        (
            client_error("ThrottlingException"),
            503,
            {"error": "Service busy, try again later"},
            "busy",
        ),
    ],
)
def test_handler(
    log: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    body: dict[str, str],
    name: str,
) -> None:
    client = FakeDynamoDB()
    client.errors = [error]

    def invoke() -> dict[str, Any]:
        event = samples.event("get_user")
        return handler.invoke(event, FakeContext(), UserStore(client, "users"), "")

    response = invoke()
    assert (response["statusCode"], json.loads(response["body"])) == (status, body)
    assert outcomes(log) == [name]
    assert "canary" not in logged_text(log)
    assert invoke()["statusCode"] == 404
