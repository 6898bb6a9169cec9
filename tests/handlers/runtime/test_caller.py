import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.create_user.create_user import create_user
from handlers.domain.user_store import UserStore
from handlers.runtime.caller import Caller, caller, key_of
from tests.support import samples
from tests.support.fakes import FakeDynamoDB

PERSON = {
    "sub": "c2a5b4d4-8021-70a1-9c5e-3a1d7e0c9f11",
    "username": "c2a5b4d4-8021-70a1-9c5e-3a1d7e0c9f11",
    "client_id": "1h57kf5cpq17m0eml12EXAMPLE",
    "token_use": "access",
    "scope": "openid project/users.write",
}
SERVICE = {
    "sub": "7ba4q3ap1jc1r7vv4pEXAMPLE0",
    "client_id": "7ba4q3ap1jc1r7vv4pEXAMPLE0",
    "token_use": "access",
    "scope": "project/users.write",
}


def event(
    *, claims: dict[str, str] | None = None, key_id: str | None = None, key: str = "k1"
) -> dict[str, Any]:
    made = samples.event("create_user")
    made["headers"]["Idempotency-Key"] = key
    if claims is not None:
        made["requestContext"]["authorizer"] = {"claims": claims}
    if key_id is not None:
        made["requestContext"]["identity"] |= {"apiKeyId": key_id, "apiKey": "secret"}
    return made


def test_a_person_is_known_by_the_tokens_subject() -> None:
    assert caller(event(claims=PERSON)) == Caller("person", PERSON["sub"])


def test_a_person_is_the_same_by_any_client() -> None:
    assert caller(event(claims={**PERSON, "client_id": "other"})) == caller(event(claims=PERSON))


def test_a_service_is_known_by_its_client() -> None:
    assert caller(event(claims=SERVICE)) == Caller("service", SERVICE["client_id"])


def test_an_api_key_is_known_by_its_id_and_never_by_its_value() -> None:
    known = caller(event(key_id="a1b2c3"))
    assert known == Caller("key", "a1b2c3")
    assert "secret" not in key_of(known, "k1")


def test_a_token_counts_before_a_key() -> None:
    assert caller(event(claims=SERVICE, key_id="a1b2c3")) == caller(event(claims=SERVICE))


@pytest.mark.parametrize(
    "context", [None, {}, {"identity": None}, {"identity": {"apiKeyId": None}, "authorizer": None}]
)
def test_an_open_api_knows_nobody(context: Any) -> None:
    made = {**event(), "requestContext": context}
    assert caller(made) is None
    assert key_of(caller(made), "k1") == "k1"


def test_headers_prove_nothing() -> None:
    made = event()
    made["headers"] |= {
        "x-api-key": "secret",
        "X-Amzn-Apigateway-Api-Id": "a1b2c3",
        "Authorization": "Bearer e30.eyJzdWIiOiJ4In0.e30",
        "client_id": "x",
    }
    assert caller(made) is None


def test_a_token_without_a_subject_is_not_taken_for_nobody() -> None:
    with pytest.raises(KeyError):
        caller(event(claims={"client_id": "x"}))


CALLERS = st.builds(
    Caller,
    st.sampled_from(["person", "service", "key"]),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=5),
)
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=8)


def sent_by(who: Caller | None) -> dict[str, Any]:
    if who is None:
        return event()
    if who.kind == "key":
        return event(key_id=who.id)
    # A person's subject is never the id of their client.
    client = who.id if who.kind == "service" else f"client of {who.id}"
    return event(claims={"sub": who.id, "client_id": client})


@given(st.none() | CALLERS, KEYS, st.none() | CALLERS, KEYS)
def test_no_caller_can_choose_anothers_key(
    one: Caller | None, first: str, other: Caller | None, second: str
) -> None:
    same = key_of(caller(sent_by(one)), first) == key_of(caller(sent_by(other)), second)
    assert same == ((one, first) == (other, second))


def test_two_callers_may_choose_the_same_key_and_each_gets_their_own_answer() -> None:
    client = FakeDynamoDB()
    users = UserStore(client, "users", ledger_table="ledger")

    def post(made: dict[str, Any], email: str) -> tuple[int, Any, bool]:
        made["body"] = json.dumps({"name": "Ada", "email": email})
        answer = create_user(made, users)
        replayed = "Idempotent-Replayed" in answer["headers"]
        return answer["statusCode"], json.loads(answer["body"]), replayed

    callers = {
        "person": {"claims": PERSON},
        "service": {"claims": SERVICE},
        "another service": {"claims": {"sub": "x", "client_id": "x"}},
        "key": {"key_id": "a1b2c3"},
        "another key": {"key_id": "d4e5f6"},
        "nobody": {},
    }
    first = {
        name: post(event(**who), f"{number}@example.com")  # type: ignore[arg-type]
        for number, (name, who) in enumerate(callers.items())
    }
    assert {(status, replayed) for status, _, replayed in first.values()} == {(201, False)}
    for number, (name, who) in enumerate(callers.items()):
        status, body, replayed = post(event(**who), f"{number}@example.com")  # type: ignore[arg-type]
        assert (status, body, replayed) == (201, first[name][1], True)
        assert post(event(**who), "other@example.com")[0] == 422  # type: ignore[arg-type]
    keys = [item_id for item_id in client.tables["ledger"] if item_id.startswith("idempotency#")]
    assert len(keys) == len(callers)
    assert not any("secret" in item_id for item_id in client.tables["ledger"])


def test_a_key_that_the_version_before_wrote_lets_nothing_be_created_twice() -> None:
    """During a release, a retry may find a key without its caller: the address is then taken.

    Nobody's keys have the form of the version before, so an open API answers as before.
    """
    for who, status in (({}, 201), ({"key_id": "a1b2c3"}, 409)):
        client = FakeDynamoDB()
        users = UserStore(client, "users", ledger_table="ledger")
        before = event()  # the version before read no caller
        assert create_user(before, users)["statusCode"] == 201
        answer = create_user(event(**who), users)  # type: ignore[arg-type]
        assert answer["statusCode"] == status
        assert len(client.tables["users"]) == 2
