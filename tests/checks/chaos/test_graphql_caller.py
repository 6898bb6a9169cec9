"""Tests that the soak sends to GraphQL what it would send to REST, and reads the answers alike."""

import json
from typing import Any

import pytest

from checks.chaos.soak.caller import Caller
from checks.chaos.soak.graphql import GraphQLCaller

NEW = {"filename": "1", "content_type": "text/plain", "size": 9}


class Sent:
    """What was sent, and the answer that comes."""

    def __init__(self, status: int | None, content: Any) -> None:
        self.answer = (status, content)
        self.bodies: list[Any] = []


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    made = Sent(200, None)

    def once(_: Caller, method: str, path: str, body: str, headers: dict[str, str]) -> Any:
        assert (method, path, headers["x-api-key"]) == ("POST", "", "k")
        made.bodies.append(json.loads(body))
        return made.answer

    monkeypatch.setattr(Caller, "once", once)
    monkeypatch.setattr("checks.chaos.soak.caller.time.sleep", lambda _: None)
    return made


def caller() -> GraphQLCaller:
    return GraphQLCaller("http://127.0.0.1:1/graphql", 1, "k")


def test_a_user_is_created(sent: Sent) -> None:
    sent.answer = (200, {"data": {"answer": {"user": {"id": "user_1"}}}})
    answer = caller()("POST", "/users", '{"name": "Ada"}', "key-1")
    assert (answer.status, answer.body) == (201, {"user": {"id": "user_1"}})
    [body] = sent.bodies
    assert body["variables"] == {"input": {"name": "Ada"}, "key": "key-1"}


def test_an_upload_is_requested(sent: Sent) -> None:
    form = {"url": "u", "fields": [{"name": "key", "value": "v"}], "expires": "e"}
    sent.answer = (200, {"data": {"answer": {"upload": {"id": "upload_1"}, "form": form}}})
    answer = caller()("POST", "/users/user_1/uploads", json.dumps(NEW))
    assert answer.status == 201
    assert answer.body["form"]["fields"] == {"key": "v"}
    assert sent.bodies[0]["variables"] == {"input": NEW, "key": None, "user": "user_1"}


@pytest.mark.parametrize(
    ("kind", "status", "attempts"),
    [
        ("email_taken", 409, 1),
        ("ValidationError", 400, 1),
        ("busy", 503, 6),
        ("internal_error", 500, 6),
        ("Lambda:Unhandled", 500, 6),
    ],
)
def test_errors_have_the_status_of_rest(sent: Sent, kind: str, status: int, attempts: int) -> None:
    sent.answer = (200, {"data": None, "errors": [{"errorType": kind, "message": "m"}]})
    assert caller()("POST", "/users", "{}").status == status
    assert len(sent.bodies) == attempts


def test_an_answer_that_is_lost_is_doubtful(sent: Sent) -> None:
    sent.answer = (None, None)
    answer = caller()("POST", "/users", "{}")
    assert (answer.status, answer.doubtful) == (None, True)
