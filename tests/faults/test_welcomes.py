"""Faults between the users table and the e-mail queue."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.chaos.fault_plan import Fault, Kind
from tests.support.e2e.system import address, until
from tests.support.faults.clients import new_user, persist, stored, welcomed
from tests.support.faults.world import NOT_LATER, SECONDS, World, from_call

# user stored, welcome not queued


def test_user_stored_welcome_not_queued_until_the_stream_is_read(world: World) -> None:
    with world.without_trigger("queue-welcome"):
        user = new_user(world)
        assert world.mails(user["email"]) == 0
    until(lambda: welcomed(world, user["id"]), seconds=SECONDS)
    assert world.mails(user["email"]) == 1


def test_user_stored_welcome_not_queued_until_the_sweep(world: World) -> None:
    """The stream is down for over 24 hours, then recovers, and nobody gets two e-mails."""
    with world.without_trigger("queue-welcome"):
        user = new_user(world)
        assert not world.invoke("cleanup-expired", {}).get("welcome_requeued")
        world.jump(2 * 3_600, welcomes=True)
        assert world.invoke("cleanup-expired", {})["welcome_requeued"] >= 1
        until(lambda: welcomed(world, user["id"]), seconds=SECONDS)
    marker = new_user(world)  # after the first one in the stream
    until(lambda: welcomed(world, marker["id"]), seconds=SECONDS)
    until(world.settled, seconds=SECONDS)
    assert world.mails(user["email"]) == 1


def test_user_stored_welcome_not_queued_because_the_queue_fails(world: World) -> None:
    """The stream delivers the record again, and if it was given up, the sweep queues it."""
    failing = Fault(kind="fail", service="sqs", operation="SendMessageBatch", probability=1)
    with world.faults(failing) as tally:
        user = new_user(world)
        until(lambda: tally.injected["fail"] >= 4, seconds=SECONDS)
    world.jump(2 * 3_600, welcomes=True)
    world.invoke("cleanup-expired", {})
    until(lambda: welcomed(world, user["id"]), seconds=SECONDS)
    assert world.mails(user["email"]) == 1


# Every wait between a request and the mark that its user was welcomed.
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
    fault = Fault(kind=kind, service=service, operation=operation, calls=from_call(1), seconds=300)
    with (
        world.receives_soon(),
        world.faults(fault, NOT_LATER) as tally,
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


# poison stream record


def record(number: int, user: dict[str, str]) -> dict[str, Any]:
    """Return the stream's record of a new user."""
    return {
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"id": {"S": user["id"]}},
            "NewImage": {
                "welcome": {"S": "pending"},
                "welcome_due": {"N": str(2**31)},
                **{name: {"S": value} for name, value in user.items()},
            },
            "SequenceNumber": str(10**20 + number),
        },
    }


def stranger(n: int) -> dict[str, str]:
    """Return a user who is in no table: only the welcome message matters here."""
    return {"id": f"user_0{uuid.uuid4().int % 10**25:025}", "name": f"N{n}", "email": address()}


@settings(max_examples=15)
@given(data=st.data())
def test_poison_stream_record(world: World, data: st.DataObject) -> None:
    """Whichever records fail, those before the first are queued, and the first is named.

    Lambda then delivers the stream again from there, until the record is alone and its retries are
    used up. Its position goes to the failures queue, and the others continue: see
    ``tests/local/server/test_stream_batches.py``.
    """
    bad = data.draw(st.lists(st.booleans(), min_size=1, max_size=12))
    users = [stranger(n) for n in range(len(bad))]
    records = [
        record(n, {"id": user["id"], "name": user["name"]} if fails else user)
        for n, (user, fails) in enumerate(zip(users, bad, strict=True))
    ]
    answer = world.invoke("queue-welcome", {"Records": records})
    first = bad.index(True) if True in bad else len(bad)
    assert answer["batchItemFailures"] == [
        {"itemIdentifier": one["dynamodb"]["SequenceNumber"]} for one in records[first:][:1]
    ]
    expected = {user["email"] for user in users[:first]}
    until(lambda: expected <= set(world.recipients()), seconds=SECONDS)
    assert not {user["email"] for user in users[first:]} & set(world.recipients())


def test_poison_stream_record_goes_to_the_failures_alone(world: World) -> None:
    client = world.cloud.client("lambda")
    (mapping,) = client.list_event_source_mappings(
        FunctionName=f"{world.cloud.functions['queue-welcome'].name}:live"
    )["EventSourceMappings"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["MaximumRetryAttempts"] >= 1  # and not -1, which means for ever
    failures = world.cloud.outputs["dead_letters"]["new-users-failures"]["url"]
    destination = mapping["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination.rpartition(":")[2] == failures.rpartition("/")[2]


# duplicate delivery


@pytest.mark.parametrize("copies", [2, 5])
def test_duplicate_delivery_of_stream_records(world: World, one_sender: None, copies: int) -> None:
    """However often records of new users are delivered, each user is welcomed once."""
    with world.receives_soon(), world.faults(NOT_LATER):
        with world.without_trigger("queue-welcome"):
            users = [new_user(world) for _ in range(3)]
            event = {"Records": [record(n, user) for n, user in enumerate(users)]}
            with ThreadPoolExecutor(copies) as pool:
                answers = list(
                    pool.map(lambda _: world.invoke("queue-welcome", event), range(copies))
                )
        assert answers == [{"batchItemFailures": []}] * copies
        # The stream delivers them once more, now.
        until(lambda: all(welcomed(world, user["id"]) for user in users), seconds=SECONDS)
        marker = new_user(world)
        until(lambda: welcomed(world, marker["id"]), seconds=SECONDS)
        until(world.settled, seconds=SECONDS)
    assert [world.mails(user["email"]) for user in users] == [1, 1, 1]
