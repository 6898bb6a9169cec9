"""Faults between callers, the API and the users table, and before the welcome."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from checks.chaos.calls import Call
from checks.chaos.fault_plan import Fault, Kind, Plan
from checks.chaos.proxy import Proxy
from tests.support.e2e.system import Api, address
from tests.support.faults.clients import persist, stored
from tests.support.faults.world import World

WRITE = Call("dynamodb", "TransactWriteItems")
LONG = pytest.mark.long


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Proxy]:
    """Yield the proxy between callers and the API."""
    with Proxy(world.cloud.emulator.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def far(world: World, gateway: Proxy) -> Api:
    """Return the API's URL behind the proxy."""
    here = str(world.cloud.emulator.port)
    return Api(world.api.url.replace(here, str(gateway.port)))


# write applied, reply lost; client retries


def test_write_applied_reply_lost_the_client_retries(
    world: World, far: Api, gateway: Proxy
) -> None:
    """The same key returns the first result; with another body it is refused."""
    body, key = {"name": "Ada", "email": address()}, address()
    lost = Fault(kind="lose_reply", service="api", calls=(1, 2))
    with gateway.inject(Plan(seed=1, faults=[lost])) as tally:
        answer = persist(far, body, key)
        assert tally.injected["lose_reply"] == 2
    assert answer.status == 201
    assert answer.headers["idempotent-replayed"] == "true"
    assert stored(world, body["email"]) == [answer.body["user"]["id"]]
    assert persist(far, {**body, "name": "Eve"}, key).status == 422
    assert world.item(world.users, answer.body["user"]["id"])["name"] == {"S": "Ada"}


@pytest.mark.long
@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "lose_reply", "calls": (1, 2)}, id="lost"),
        pytest.param({"kind": "delay", "calls": (1,), "seconds": 4}, id="late"),
    ],
)
def test_write_applied_reply_lost_the_function_retries(
    world: World, fault: dict[str, Any], keyed: bool
) -> None:
    """A token in the write distinguishes its own applied or late write from another caller's."""
    email = address()
    headers = {"Idempotency-Key": address()} if keyed else {}
    write = Fault(service="dynamodb", operation="TransactWriteItems", **fault)
    with world.faults(write) as tally:
        answer = world.api("POST", "/users", {"name": "Ada", "email": email}, headers)
        assert tally.calls[WRITE] > 1
    assert answer.status == 201
    assert stored(world, email) == [answer.body["user"]["id"]]


# DynamoDB throttle, 5xx, timeout


@LONG
def test_dynamodb_throttle_5xx_timeout_of_some_calls(world: World) -> None:
    """A third of the calls fail: callers get their response, or 503 with Retry-After."""
    failing = [
        Fault(kind=kind, service="dynamodb", probability=0.1)
        for kind in ("throttle", "fail", "drop")
    ]
    bodies = [{"name": f"N{n}", "email": address()} for n in range(30)]
    with world.faults(*failing) as tally, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda body: persist(world.api, body, body["email"]), bodies))
        ids = [answer.body["user"]["id"] for answer in answers if answer.status == 201]
        reads = list(pool.map(lambda user_id: world.api("GET", f"/users/{user_id}"), ids))
    assert sum(tally.injected.values()) > 10
    assert [answer.status for answer in answers] == [201] * 30
    assert {answer.status for answer in reads} <= {200, 503}
    assert [stored(world, body["email"]) for body in bodies] == [[user_id] for user_id in ids]


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("TransactWriteItems", "throttle"),
        ("TransactWriteItems", "drop"),
        ("GetItem", "fail"),
        pytest.param("TransactWriteItems", "fail", marks=LONG),
        pytest.param("TransactWriteItems", "delay", marks=LONG),
        pytest.param("GetItem", "throttle", marks=LONG),
        pytest.param("GetItem", "drop", marks=LONG),
        pytest.param("GetItem", "delay", marks=LONG),
    ],
)
def test_dynamodb_throttle_5xx_timeout_of_all_calls(
    world: World, operation: str, kind: Kind
) -> None:
    """Calls are retried, then 503 comes before the timeout; nothing is half done."""
    email = address()
    fault = Fault(
        kind=kind,
        service="dynamodb",
        operation=operation,
        probability=1,
        seconds=300 if kind == "delay" else 0,
    )
    with world.faults(fault) as tally:
        if operation == "GetItem":
            answer = world.api("GET", "/users/user_01ARZ3NDEKTSV4RRFFQ69G5FAV")
        else:
            answer = world.api("POST", "/users", {"name": "Ada", "email": email})
    assert tally.injected[kind] > 1
    assert (answer.status, answer.body) == (503, {"error": "Service busy, try again later"})
    assert int(answer.headers["retry-after"]) >= 1
    assert stored(world, email) == []


# same e-mail from 50 callers at once


def test_same_email_from_50_callers_at_once(world: World) -> None:
    """One caller gets 201 and the rest 409, under faults as well."""
    email = address()
    faults = [
        Fault(kind=kind, service="dynamodb", probability=0.1) for kind in ("throttle", "lose_reply")
    ]
    with world.faults(*faults) as tally, ThreadPoolExecutor(50) as pool:
        answers = list(
            pool.map(
                lambda n: persist(world.api, {"name": f"N{n}", "email": email}, f"{email}-{n}"),
                range(50),
            )
        )
    assert tally.injected["throttle"] > 0 < tally.injected["lose_reply"]
    assert Counter(answer.status for answer in answers) == {201: 1, 409: 49}
    (created,) = (answer for answer in answers if answer.status == 201)
    assert stored(world, email) == [created.body["user"]["id"]]


# duplicate delivery


@pytest.mark.parametrize("copies", [2, 5])
def test_duplicate_delivery_of_requests(world: World, copies: int) -> None:
    body = {"name": "Ada", "email": address()}
    with ThreadPoolExecutor(copies) as pool:
        answers = list(pool.map(lambda _: persist(world.api, body, body["email"]), range(copies)))
    assert [answer.status for answer in answers] == [201] * copies
    assert {answer.body["user"]["id"] for answer in answers} == set(stored(world, body["email"]))
    assert len(stored(world, body["email"])) == 1
