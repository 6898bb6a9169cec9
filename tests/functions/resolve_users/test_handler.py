import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.user_store import UserStore
from handlers.resolve_users.handler import handler
from tests.support import samples
from tests.support.fakes import USER, FakeContext, FakeDynamoDB, client_error, log, outcomes

__all__ = ["log"]

SCOPES = "app/users.read app/users.write"
ADA = {"claims": {"sub": "ada", "client_id": "web", "scope": SCOPES}}
BOB = {"claims": {"sub": "bob", "client_id": "web", "scope": SCOPES}}
SERVICE = {"claims": {"sub": "s", "client_id": "s", "scope": SCOPES}}


class World:
    """The tables, and what is asked of the function."""

    def __init__(self) -> None:
        self.client = FakeDynamoDB()
        self.users = UserStore(self.client, "users", ledger_table="ledger", sleep=lambda _: None)

    def invoke(self, contexts: Any, identity: Any = None) -> Any:
        for each in contexts:
            each["identity"] = identity
        return handler.invoke(contexts, FakeContext(), self.users, "app")

    def create(self, identity: Any = None, **arguments: Any) -> Any:
        contexts: Any = samples.event("resolve_users", "create")
        contexts[0]["arguments"] |= arguments
        return self.invoke(contexts, identity)[0]

    def read(self, *ids: str, identity: Any = None) -> Any:
        sample: Any = samples.event("resolve_users")
        contexts = [{**sample[0], "arguments": {"id": id_}} for id_ in ids]
        return self.invoke(contexts, identity)


@pytest.fixture
def world() -> World:
    return World()


def test_a_user_is_created_and_read(world: World, log: pytest.LogCaptureFixture) -> None:
    created = world.create()["data"]
    user = created["user"]
    assert created == {
        "user": {**user, "name": "Ada Lovelace", "email": "ada@example.com"},
        "replayed": False,
    }
    assert world.read(user["id"]) == [{"data": user}]
    assert outcomes(log) == ["created", "found"]


def test_all_users_of_a_batch_are_read_with_one_call(world: World) -> None:
    first = world.create()["data"]["user"]["id"]
    other = {"name": "Bob", "email": "bob@example.com"}
    second = world.create(input=other, idempotencyKey=None)["data"]["user"]["id"]
    world.client.calls.clear()
    answers = world.read(first, "nobody", second, first, USER.id)
    names = [each["data"] and each["data"]["name"] for each in answers]
    assert names == ["Ada Lovelace", None, "Bob", "Ada Lovelace", None]
    assert world.client.calls == ["BatchGetItem"]
    assert answers[1] == {
        "data": None,
        "errorType": "not_found",
        "errorMessage": "User not found",
    }


def test_more_than_dynamodb_takes_are_read_with_two_calls(world: World) -> None:
    ids = [f"user_{number:026}" for number in range(101)]
    assert {each["errorType"] for each in world.read(*ids)} == {"not_found"}
    assert world.client.calls == ["BatchGetItem"] * 2


def test_nothing_is_asked_of_dynamodb_for_what_is_no_id(world: World) -> None:
    assert world.read("email#a")[0]["errorType"] == "not_found"
    assert world.client.calls == []


def test_people_see_only_whom_they_created(world: World) -> None:
    id_ = world.create(ADA)["data"]["user"]["id"]
    assert world.read(id_, identity=ADA)[0]["data"]["id"] == id_
    assert world.read(id_, identity=SERVICE)[0]["data"]["id"] == id_
    assert world.read(id_, identity=BOB) == world.read("user_none", identity=BOB)


def test_a_key_makes_a_retry_safe_and_belongs_to_its_caller(world: World) -> None:
    first, again = world.create(ADA, idempotencyKey="k"), world.create(ADA, idempotencyKey="k")
    assert again["data"] == {**first["data"], "replayed": True}
    other = {"name": "Bob", "email": "bob@example.com"}
    assert world.create(ADA, input=other, idempotencyKey="k")["errorType"] == "key_reused"
    assert world.create(BOB, input=other, idempotencyKey="k")["data"]["replayed"] is False


@pytest.mark.needs("create_user")
def test_rest_and_graphql_share_their_keys(world: World) -> None:
    from handlers.create_user.create_user import create_user

    event = samples.event("create_user")
    event["headers"]["Idempotency-Key"] = "k"
    assert create_user(event, world.users)["statusCode"] == 201
    assert world.create(idempotencyKey="k")["data"]["replayed"] is True


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
CODES = {400: "invalid", 409: "email_taken", 413: "too_large", 422: "key_reused"}


@pytest.mark.needs("create_user")
@given(
    st.fixed_dictionaries({"name": JSON, "email": JSON | st.emails()}) | JSON,
    st.none() | st.text(st.characters(codec="utf-8")),
)
def test_any_input_gets_the_code_and_words_of_rest(given_input: Any, key: str | None) -> None:
    from handlers.create_user.create_user import create_user

    event = samples.event("create_user")
    event["body"] = json.dumps(given_input)
    if key is not None:
        event["headers"]["Idempotency-Key"] = key
    by_rest = create_user(event, World().users)
    answer = World().create(input=given_input, idempotencyKey=key)
    if by_rest["statusCode"] == 201:
        assert answer["data"]["user"]["name"] == json.loads(by_rest["body"])["user"]["name"]
    else:
        assert answer == {
            "data": None,
            "errorType": CODES[by_rest["statusCode"]],
            "errorMessage": json.loads(by_rest["body"])["error"],
        }


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("ThrottlingException", "busy", "Service busy, try again later"),
        ("AccessDeniedException", "internal_error", "Failed to create user"),
    ],
)
def test_dynamodb_fails(world: World, code: str, kind: str, message: str) -> None:
    world.client.errors = [client_error(code)]
    answer = world.create()
    assert answer == {"data": None, "errorType": kind, "errorMessage": message}
