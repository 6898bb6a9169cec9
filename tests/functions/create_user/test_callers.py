"""Whose idempotency key is whose."""

import json
from typing import Any

from handlers.create_user.create_user import create_user
from handlers.domain.user_store import UserStore
from tests.support import samples
from tests.support.fakes import FakeDynamoDB


def event(**caller: Any) -> dict[str, Any]:
    made = samples.of_caller(samples.event("create_user"), **caller)
    made["headers"]["Idempotency-Key"] = "k1"
    return made


def test_two_callers_may_choose_the_same_key_and_each_gets_their_own_answer() -> None:
    client = FakeDynamoDB()
    users = UserStore(client, "users", ledger_table="ledger")

    def post(made: dict[str, Any], email: str) -> tuple[int, Any, bool]:
        made["body"] = json.dumps({"name": "Ada", "email": email})
        answer = create_user(made, users)
        replayed = "Idempotent-Replayed" in answer["headers"]
        return answer["statusCode"], json.loads(answer["body"]), replayed

    callers: dict[str, dict[str, Any]] = {
        "person": {"claims": {"sub": "ada", "client_id": "web"}},
        "service": {"claims": {"sub": "s", "client_id": "s"}},
        "another service": {"claims": {"sub": "x", "client_id": "x"}},
        "key": {"key_id": "a1b2c3"},
        "another key": {"key_id": "d4e5f6"},
        "nobody": {},
    }
    first = {
        name: post(event(**who), f"{number}@example.com")
        for number, (name, who) in enumerate(callers.items())
    }
    assert {(status, replayed) for status, _, replayed in first.values()} == {(201, False)}
    for number, (name, who) in enumerate(callers.items()):
        status, body, replayed = post(event(**who), f"{number}@example.com")
        assert (status, body, replayed) == (201, first[name][1], True)
        assert post(event(**who), "other@example.com")[0] == 422
    keys = [item_id for item_id in client.tables["ledger"] if item_id.startswith("idempotency#")]
    assert len(keys) == len(callers)
    assert not any("secret" in item_id for item_id in client.tables["ledger"])


def test_a_key_that_the_version_before_wrote_lets_nothing_be_created_twice() -> None:
    """During a release, a retry may find a key without its caller: the address is then taken.

    Nobody's keys have the form of the version before, so an open API answers as before.
    """
    callers: list[tuple[dict[str, Any], int]] = [({}, 201), ({"key_id": "a1b2c3"}, 409)]
    for who, status in callers:
        client = FakeDynamoDB()
        users = UserStore(client, "users", ledger_table="ledger")
        before = event()  # the version before read no caller
        assert create_user(before, users)["statusCode"] == 201
        answer = create_user(event(**who), users)
        assert answer["statusCode"] == status
        assert len(client.tables["users"]) == 2
