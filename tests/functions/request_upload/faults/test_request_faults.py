"""Faults between callers, the API and the table of uploads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from checks.chaos.calls import Call
from checks.chaos.fault_plan import Fault, Kind
from tests.support.e2e.system import Answer, address
from tests.support.e2e.uploading import Caller
from tests.support.faults.world import World

BODY = {"filename": "notes.txt", "content_type": "text/plain", "size": 9}
LONG = pytest.mark.long


@pytest.fixture(scope="module")
def caller(world: World) -> Caller:
    return Caller(world.api)


def records(world: World, user: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.cloud.client("dynamodb").query(
        TableName=world.cloud.outputs["uploads_table_name"],
        KeyConditionExpression="#user = :user",
        ExpressionAttributeNames={"#user": "user"},
        ExpressionAttributeValues={":user": {"S": user}},
    )["Items"]
    return found


@pytest.mark.parametrize("call", [1, 2], ids=["of the key", "of the record"])
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lose_reply"},
        pytest.param({"kind": "delay", "seconds": 4}, marks=LONG),  # the call comes late
    ],
)
def test_a_write_is_applied_and_its_reply_lost(
    world: World, fault: dict[str, Any], call: int
) -> None:
    """The function tries again, finds its own write, and stores one upload."""
    caller = Caller(world.api)
    path, key = caller.path(), {"Idempotency-Key": address()}
    with world.faults(
        Fault(service="dynamodb", operation="PutItem", calls=(call,), **fault)
    ) as tally:
        answer = world.api("POST", path, BODY, key)
        assert tally.calls[Call("dynamodb", "PutItem")] == 3
    assert answer.status == 201
    assert "idempotent-replayed" not in answer.headers
    again = world.api("POST", path, BODY, key)
    assert (again.status, again.headers["idempotent-replayed"]) == (201, "true")
    assert again.body["upload"] == answer.body["upload"]
    assert [item["id"]["S"] for item in records(world, caller.user)] == [again.body["upload"]["id"]]


def test_a_request_that_failed_half_way_is_completed_by_its_repetition(world: World) -> None:
    """The key was stored, and the record was not."""
    caller = Caller(world.api)
    path, key = caller.path(), {"Idempotency-Key": address()}
    refused = Fault(kind="throttle", service="dynamodb", operation="PutItem", calls=(2, 3))
    with world.faults(refused):
        assert world.api("POST", path, BODY, key).status == 503
    assert records(world, caller.user) == []
    answer = world.api("POST", path, BODY, key)
    assert answer.status == 201
    assert [item["id"]["S"] for item in records(world, caller.user)] == [
        answer.body["upload"]["id"]
    ]


@LONG
@pytest.mark.parametrize("copies", [5])
def test_duplicate_delivery_of_requests(world: World, copies: int) -> None:
    caller = Caller(world.api)
    path, key = caller.path(), {"Idempotency-Key": address()}

    def request(_: int) -> Answer:
        return world.api("POST", path, BODY, key)

    with ThreadPoolExecutor(copies) as pool:
        answers = list(pool.map(request, range(copies)))
    assert {answer.status for answer in answers} == {201}
    assert {answer.body["upload"]["id"] for answer in answers} == {
        item["id"]["S"] for item in records(world, caller.user)
    }
    assert len(records(world, caller.user)) == 1


@pytest.mark.parametrize(
    ("method", "more", "operation", "kind"),
    [
        ("POST", [], "PutItem", "throttle"),
        ("POST", [], "GetItem", "drop"),
        ("GET", [], "Query", "fail"),
        ("GET", ["upload_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"], "GetItem", "throttle"),
        pytest.param("POST", [], "PutItem", "delay", marks=LONG),
        pytest.param("GET", [], "Query", "delay", marks=LONG),
        pytest.param("GET", ["upload_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"], "GetItem", "delay", marks=LONG),
    ],
)
def test_dynamodb_throttle_5xx_timeout_of_all_calls(
    world: World, caller: Caller, method: str, more: list[str], operation: str, kind: Kind
) -> None:
    """Calls are retried, then 503 comes before the timeout; nothing is stored."""
    path, before = caller.path(*more), records(world, caller.user)
    fault = Fault(
        kind=kind,
        service="dynamodb",
        operation=operation,
        probability=1,
        seconds=300 if kind == "delay" else 0,
    )
    with world.faults(fault) as tally:
        answer = world.api(method, path, BODY if method == "POST" else None)
    assert tally.injected[kind] > 1
    assert (answer.status, answer.body) == (503, {"error": "Service busy, try again later"})
    assert int(answer.headers["retry-after"]) >= 1
    assert records(world, caller.user) == before
