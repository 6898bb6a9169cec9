"""Fields of GraphQL: batches of AppSync's contexts, and what becomes of each value."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime.caller import Caller
from handlers.runtime.faults import Unavailable
from handlers.runtime.refused import Refused
from handlers.runtime.resolver import Asked, Field, answer, caller_of, may_ask, one_by_one
from tests.support.fakes import client_error, log, logged_text, outcomes

__all__ = ["log"]

SERVER = "our-server"
PERSON = {
    "sub": "person-1",
    "username": "ada",
    "claims": {"sub": "person-1", "client_id": "web", "scope": f"openid {SERVER}/items.read"},
}
SERVICE = {"claims": {"sub": "s-1", "client_id": "s-1", "scope": f"{SERVER}/items.read"}}
BY_IAM = {"accountId": "123456789012", "userArn": "arn:aws:sts::123456789012:assumed-role/r/s"}


def context(field: str = "item", *, identity: Any = None, **arguments: Any) -> dict[str, Any]:
    return {
        "arguments": arguments,
        "identity": identity,
        "source": None,
        "info": {"parentTypeName": "Query", "fieldName": field},
    }


def field_of(resolve: Any, *, most: int = 100) -> dict[str, Field]:
    return {"Query.item": Field("items.read", "Failed to get the item", resolve, most)}


def ids(asked: Sequence[Asked]) -> list[object]:
    return [each.arguments["id"] for each in asked]


def asked(contexts: list[dict[str, Any]], resolve: Any, **more: Any) -> list[dict[str, Any]]:
    return answer(contexts, field_of(resolve, **more), resource_server=SERVER)


def error(kind: str, message: str) -> dict[str, Any]:
    return {"data": None, "errorType": kind, "errorMessage": message}


@given(st.lists(st.integers(), max_size=30), st.integers(1, 10))
def test_every_value_is_answered_in_its_order(values: list[int], most: int) -> None:
    at_once: list[int] = []

    def resolve(batch: Sequence[Asked]) -> list[object]:
        at_once.append(len(batch))
        return ids(batch)

    answers = asked([context(id=value) for value in values], resolve, most=most)
    assert answers == [{"data": value} for value in values]
    assert max(at_once, default=0) <= most
    assert sum(at_once) == len(values)


def test_a_batch_of_several_fields_is_answered_in_its_order() -> None:
    fields = {
        "Query.a": Field("items.read", "", lambda batch: ["a"] * len(batch), 100),
        "Query.b": Field("items.read", "", lambda batch: ["b"] * len(batch), 100),
    }
    contexts = [context("a"), context("b"), context("b"), context("a")]
    answers = answer(contexts, fields, resource_server=SERVER)
    assert [each["data"] for each in answers] == ["a", "b", "b", "a"]


def test_a_value_that_is_refused_leaves_the_others(log: pytest.LogCaptureFixture) -> None:
    def resolve(batch: Sequence[Asked]) -> list[object]:
        return [Refused(404, "not_found", "Item not found") if n == 1 else n for n in ids(batch)]

    answers = asked([context(id=n) for n in range(3)], resolve)
    assert answers == [{"data": 0}, error("not_found", "Item not found"), {"data": 2}]
    assert outcomes(log) == ["not_found"]
    assert log.records[0].status == 404


def test_what_is_written_alone_fails_alone(log: pytest.LogCaptureFixture) -> None:
    def write(one: Asked) -> object:
        match one.arguments["id"]:
            case "refused":
                raise Refused(409, "taken", "The item exists")
            case "busy":
                raise Unavailable
            case "failed":
                raise client_error("AccessDeniedException")
        return one.arguments["id"]

    contexts = [context(id=each) for each in ("a", "refused", "busy", "failed", "b")]
    assert asked(contexts, one_by_one(write), most=1) == [
        {"data": "a"},
        error("taken", "The item exists"),
        error("busy", "Service busy, try again later"),
        error("internal_error", "Failed to get the item"),
        {"data": "b"},
    ]
    assert outcomes(log) == ["taken", "busy", "failed"]


def test_no_answer_tells_why_the_function_failed(log: pytest.LogCaptureFixture) -> None:
    def resolve(_: Sequence[Asked]) -> list[object]:
        raise client_error("AccessDeniedException")

    assert asked([context()], resolve) == [error("internal_error", "Failed to get the item")]
    [record] = log.records
    assert (record.outcome, record.error) == ("failed", "ClientError")
    assert "test_resolver" in record.stack
    assert "canary" not in logged_text(log)


@pytest.mark.parametrize(
    ("identity", "known"),
    [
        (None, None),
        (PERSON, Caller("person", "person-1")),
        (SERVICE, Caller("service", "s-1")),
        (BY_IAM, Caller("service", BY_IAM["userArn"])),
    ],
)
def test_the_caller_is_whom_appsync_has_verified(identity: Any, known: Caller | None) -> None:
    assert caller_of(identity) == known
    seen: list[Caller | None] = []

    def resolve(batch: Sequence[Asked]) -> list[object]:
        seen.extend(each.caller for each in batch)
        return [None for _ in batch]

    asked([context(identity=identity)], resolve)
    assert seen == [known]


@pytest.mark.parametrize("identity", [{}, {"resolverContext": {}}, {"claims": {"scope": "x"}}])
def test_an_identity_of_another_form_is_not_taken_for_nobody(identity: Any) -> None:
    with pytest.raises(KeyError):
        caller_of(identity)
    kind = "unauthorized" if "claims" in identity else "internal_error"
    assert asked([context(identity=identity)], ids)[0]["errorType"] == kind


@pytest.mark.parametrize(
    ("scope", "may"),
    [
        (f"{SERVER}/items.read", True),
        (f"openid {SERVER}/items.read", True),
        ("items.read", False),
        ("other-server/items.read", False),
        (f"{SERVER}/items.write", False),
        (f"{SERVER}/items.reader", False),
        ("", False),
        (None, False),
    ],
)
def test_a_token_needs_the_scope_of_the_field(
    scope: str | None, may: bool, log: pytest.LogCaptureFixture
) -> None:
    claims = {"sub": "person-1", "client_id": "web"} | ({} if scope is None else {"scope": scope})
    assert may_ask({"claims": claims}, f"{SERVER}/items.read") is may
    [answered] = asked([context(identity={"claims": claims}, id=1)], ids)
    if may:
        assert answered == {"data": 1}
    else:
        assert answered["errorType"] == "unauthorized"
        assert outcomes(log) == ["unauthorized"]


def test_what_is_no_token_needs_no_scope() -> None:
    assert may_ask(None, "any")
    assert may_ask(BY_IAM, "any")
