"""Faults between callers, API and users' table, and on the way to the welcome."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from system import Answer, Api, address, until
from world import SECONDS, World

from chaos.calls import Call
from chaos.plan import Fault, Kind, Plan
from chaos.proxy import Proxy

WRITE = Call("dynamodb", "TransactWriteItems")


@pytest.fixture(scope="module")
def gateway(world: World) -> Iterator[Proxy]:
    """What stands between callers and API."""
    with Proxy(world.cloud.emulator.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def far(world: World, gateway: Proxy) -> Api:
    """The API, as callers behind the proxy see it."""
    here = str(world.cloud.emulator.port)
    return Api(world.api.url.replace(here, str(gateway.port)))


def persist(api: Api, body: Any, key: str) -> Answer:
    """Send as a client does that knows its trade: again after no answer and after 503."""
    for _ in range(20):
        try:
            answer = api("POST", "/users", body, {"Idempotency-Key": key})
        except ConnectionError:
            continue
        if answer.status != 503:
            return answer
        assert int(answer.headers["retry-after"]) >= 1
    raise AssertionError("no answer in 20 attempts")


def stored(world: World, email: str) -> list[str]:
    """The ids of the users with an address."""
    return [
        item["id"]["S"]
        for item in world.items(world.users)
        if item.get("email", {}).get("S") == email
    ]


# write applied, reply lost; client retries


def test_write_applied_reply_lost_the_client_retries(
    world: World, far: Api, gateway: Proxy
) -> None:
    """The same key gives the first result, and with another body it is refused."""
    body, key = {"name": "Ada", "email": address()}, address()
    lost = Fault(kind="lose_reply", service="api", calls=(1, 2))
    with gateway.inject(Plan(seed=1, faults=[lost])) as tally:
        answer = persist(far, body, key)
        assert tally.injected["lose_reply"] == 2
    assert answer.status == 201
    assert answer.headers["idempotent-replayed"] == "true"
    assert stored(world, body["email"]) == [answer.body["user"]["id"]]
    assert persist(far, {**body, "name": "Eve"}, key).status == 422
    assert world.item(world.users, answer.body["user"]["id"])["name"] == {"S": "Ada"}  # type: ignore[index]


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without"])
def test_write_applied_reply_lost_the_function_retries(world: World, keyed: bool) -> None:
    """Its write carries a token of its own: what was applied is not taken for somebody else's."""
    email = address()
    headers = {"Idempotency-Key": address()} if keyed else {}
    with world.faults(
        Fault(kind="lose_reply", service="dynamodb", operation="TransactWriteItems", calls=(1, 2))
    ) as tally:
        answer = world.api("POST", "/users", {"name": "Ada", "email": email}, headers)
    assert tally.injected["lose_reply"] == 2
    assert answer.status == 201
    assert stored(world, email) == [answer.body["user"]["id"]]


# DynamoDB throttle, 5xx, timeout


def test_dynamodb_throttle_5xx_timeout_of_some_calls(world: World) -> None:
    """A third of the calls fail: callers get their answer, or 503 with Retry-After."""
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


@pytest.mark.parametrize("kind", ["throttle", "fail", "drop"])
@pytest.mark.parametrize(
    ("method", "operation"), [("POST", "TransactWriteItems"), ("GET", "GetItem")]
)
def test_dynamodb_throttle_5xx_timeout_of_all_calls(
    world: World, method: str, operation: str, kind: Kind
) -> None:
    path = "/users" if method == "POST" else "/users/user_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    body = {"name": "Ada", "email": address()} if method == "POST" else None
    with world.faults(
        Fault(kind=kind, service="dynamodb", operation=operation, probability=1)
    ) as tally:
        answer = world.api(method, path, body)
    assert tally.injected[kind] > 1  # tried more than once
    assert (answer.status, answer.body) == (503, {"error": "Service busy, try again later"})
    assert int(answer.headers["retry-after"]) >= 1
    if body:
        assert stored(world, body["email"]) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "operation"), [("POST", "TransactWriteItems"), ("GET", "GetItem")]
)
def test_dynamodb_timeout_of_all_calls(world: World, method: str, operation: str) -> None:
    """No call is ever answered: 503 all the same, before the function's own time is up."""
    path = "/users" if method == "POST" else "/users/user_01ARZ3NDEKTSV4RRFFQ69G5FAV"
    body = {"name": "Ada", "email": address()} if method == "POST" else None
    began = time.monotonic()
    with world.faults(
        Fault(kind="delay", service="dynamodb", operation=operation, probability=1, seconds=300)
    ) as tally:
        answer = world.api(method, path, body)
    assert tally.injected["delay"] > 1
    assert (answer.status, answer.body) == (503, {"error": "Service busy, try again later"})
    assert int(answer.headers["retry-after"]) >= 1
    assert time.monotonic() - began < 29  # what API Gateway waits


# same e-mail from 50 callers at once


def test_same_email_from_50_callers_at_once(world: World) -> None:
    """Under faults, too: one 201, the rest 409. (e2e has it without.)"""
    email = address()
    faults = [
        Fault(kind=kind, service="dynamodb", probability=0.1) for kind in ("throttle", "lose_reply")
    ]
    with world.faults(*faults) as tally, ThreadPoolExecutor(10) as pool:
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


# user stored, welcome not queued


def welcomed(world: World, user_id: str) -> bool:
    item = world.item(world.users, user_id)
    assert item is not None
    return "welcomed" in item


def test_user_stored_welcome_not_queued_until_the_stream_is_read(world: World) -> None:
    with world.without_trigger("queue-welcome"):
        user = world.api.new_user()
        assert world.mails(user["email"]) == 0
    until(lambda: welcomed(world, user["id"]), seconds=SECONDS)
    assert world.mails(user["email"]) == 1


def test_user_stored_welcome_not_queued_until_the_sweep(world: World) -> None:
    """The stream brings nothing for longer than it lasts; then it does, and nobody gets two."""
    with world.without_trigger("queue-welcome"):
        user = world.api.new_user()
        assert world.invoke("cleanup-expired", {})["welcome_requeued"] == 0
        world.jump(2 * 3_600, welcomes=True)
        assert world.invoke("cleanup-expired", {})["welcome_requeued"] == 1
        until(lambda: welcomed(world, user["id"]), seconds=SECONDS)
    marker = world.api.new_user()  # behind the first one in the stream
    until(lambda: welcomed(world, marker["id"]), seconds=SECONDS)
    until(world.settled, seconds=SECONDS)
    assert world.mails(user["email"]) == 1


def test_user_stored_welcome_not_queued_because_the_queue_fails(world: World) -> None:
    """AWS gives the record again. The emulator does not, and leaves it to the sweep."""
    failing = Fault(kind="fail", service="sqs", operation="SendMessageBatch", probability=1)
    with world.faults(failing) as tally:
        user = world.api.new_user()
        until(lambda: tally.injected["fail"] >= 4, seconds=SECONDS)
    world.jump(2 * 3_600, welcomes=True)
    world.invoke("cleanup-expired", {})
    until(lambda: welcomed(world, user["id"]), seconds=SECONDS)
    assert world.mails(user["email"]) == 1


# Every await of the way from a request to the mark that its user was welcomed.
AWAITS = [
    ("create-user", "dynamodb", "TransactWriteItems"),
    ("queue-welcome", "sqs", "SendMessageBatch"),
    ("send-email", "dynamodb", "UpdateItem"),
    ("send-email", "ses", "SendEmail"),
]


@pytest.mark.long
@pytest.mark.container
@pytest.mark.parametrize("kind", ["delay", "delay_reply"])
@pytest.mark.parametrize(("function", "service", "operation"), AWAITS)
def test_user_stored_welcome_not_queued_for_the_function_was_killed(
    world: World, function: str, service: str, operation: str, kind: Kind
) -> None:
    body = {"name": "Ada", "email": address()}
    fault = Fault(kind=kind, service=service, operation=operation, calls=(1,), seconds=300)
    with (
        world.receives_soon(5),
        world.faults(fault) as tally,
        ThreadPoolExecutor(1) as pool,
    ):
        request = pool.submit(world.api, "POST", "/users", body, {"Idempotency-Key": body["email"]})
        if function == "send-email":
            world.kill_sender_when_held(tally)
        else:
            world.kill_when_held(function, tally)
        assert request.result().status == (502 if function == "create-user" else 201)
        answer = persist(world.api, body, body["email"])
        until(lambda: welcomed(world, answer.body["user"]["id"]), seconds=SECONDS)
        until(world.settled, seconds=SECONDS)
    assert answer.status == 201
    assert stored(world, body["email"]) == [answer.body["user"]["id"]]
    assert world.mails(body["email"]) == (2 if (service, kind) == ("ses", "delay_reply") else 1)
