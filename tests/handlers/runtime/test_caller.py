from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime.caller import Caller, caller, key_of
from tests.support import samples

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


def event(**caller: Any) -> dict[str, Any]:
    return samples.of_caller(samples.request(), **caller)


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
