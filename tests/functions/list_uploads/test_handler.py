import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.ulid import new_ulid
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.list_uploads.handler import handler
from tests.support import samples
from tests.support.fakes import (
    NOW,
    USER,
    FakeContext,
    FakeDynamoDB,
    client_error,
    log,
    logged_text,
    outcomes,
)
from tests.support.upload_items import item

__all__ = ["log"]

IDS = [f"upload_{new_ulid(NOW + second)}" for second in range(25)]


class World:
    def __init__(self, count: int = len(IDS)) -> None:
        self.client = FakeDynamoDB()
        event = samples.event("list_uploads")
        self.client.tables["users"] = {USER.id: samples.user_of(event)}
        made = [item(state="waiting", upload_id=each) for each in IDS[:count]]
        self.client.tables["uploads"] = {each["id"]["S"]: each for each in made}

    def get(self, query: dict[str, str] | None = None, *, user: str = USER.id) -> tuple[int, Any]:
        event = samples.event("list_uploads")
        event["pathParameters"]["id"] = user
        event["queryStringParameters"] = query
        response = handler.invoke(
            event,
            FakeContext(),
            UserStore(self.client, "users"),
            UploadStore(self.client, "uploads", now=lambda: NOW),
            "",
        )
        return response["statusCode"], json.loads(response["body"])


@pytest.mark.parametrize("limit", [1, 3, 5, 24, 25, 100])
def test_pages_have_every_upload_once_the_newest_first(limit: int) -> None:
    world, found, cursor = World(), [], None
    while True:
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        status, page = world.get(query)
        assert status == 200
        assert 1 <= len(page["uploads"]) <= limit
        found += [upload["id"] for upload in page["uploads"]]
        if "cursor" not in page:
            break
        cursor = page["cursor"]
    assert found == IDS[::-1]


def test_a_page_has_twenty_by_default(log: pytest.LogCaptureFixture) -> None:
    assert len(World().get()[1]["uploads"]) == 20
    assert outcomes(log) == ["listed"]
    assert "notes.txt" not in logged_text(log)


def test_nobody_sees_uploads_of_another_user() -> None:
    world = World()
    for stored in world.client.tables["uploads"].values():
        stored["user"] = {"S": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFH"}
    assert world.get() == (200, {"uploads": []})


def test_who_is_not_there_is_not_found() -> None:
    assert World().get(user="nobody") == (404, {"error": "User not found"})


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "x", "", " 1", "\u0661", "9" * 50])
def test_a_wrong_limit_is_refused(limit: str) -> None:
    assert World().get({"limit": limit}) == (400, {"error": "limit must be a number from 1 to 100"})


@given(st.text() | st.sampled_from(IDS))
def test_a_hostile_cursor_is_refused(cursor: str) -> None:
    """Whatever it is, it is no upload's id, or it counts among this user's uploads only."""
    world = World(3)
    status, body = world.get({"cursor": cursor})
    assert status == 400
    assert "cursor" in body["error"]
    assert "Query" not in world.client.calls


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
def test_dynamodb_fails(code: str, status: int, log: pytest.LogCaptureFixture) -> None:
    world = World()
    world.client.errors = [client_error(code)]
    assert world.get()[0] == status
    assert "canary" not in logged_text(log)
