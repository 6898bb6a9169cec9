"""The quick steps: each may be repeated, and each leaves what the next one needs."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.email_address import guard_id
from handlers.domain.erasure_store import ErasureStore
from handlers.domain.ledger import Ledger
from handlers.domain.user import NewUser
from handlers.domain.user_items import guard_item, key_item, user_item
from handlers.domain.user_store import KeyReused, UserStore
from handlers.erase_user.erase_user import Steps, UnknownStep
from handlers.erase_user.handler import handler
from handlers.erase_user.traces import Traces
from handlers.runtime.asynchronous import Failed
from tests.support import samples
from tests.support.fakes import (
    NOW,
    USER,
    FakeContext,
    FakeDynamoDB,
    client_error,
    log,
    logged_text,
    outcomes,
)

__all__ = ["log"]

ERASURE = "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"
KEY = "key-1"
STEPS = ("stop-welcome", "anonymise", "delete", "confirm", "finish")


class FakeQueue:
    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.errors: list[Exception] = []

    def send_message(self, **message: Any) -> None:
        if self.errors:
            raise self.errors.pop(0)
        assert message.pop("QueueUrl") == "https://queue"
        self.messages.append(message)


class World:
    """A user whom somebody created with an Idempotency-Key, and their erasure."""

    def __init__(self) -> None:
        self.client, self.queue = FakeDynamoDB(), FakeQueue()
        user = user_item(USER, NOW) | {"erasing": {"S": "2026-11-23T03:28:47Z"}}
        entry = key_item(KEY, NewUser(USER.name, USER.email), USER, NOW)
        guard = guard_item(USER, KEY)
        erasure = {"id": {"S": ERASURE}, "requested": {"N": "1"}, "attempt": {"N": "1"}}
        self.client.tables = {
            "users": {USER.id: user, guard["id"]["S"]: guard},
            "ledger": {entry["id"]["S"]: entry},
            "erasures": {ERASURE: erasure},
        }
        self.ledger = Ledger(self.client, "ledger", now=lambda: NOW)

    @property
    def steps(self) -> Steps:
        return Steps(
            erasures=ErasureStore(self.client, "erasures", now=lambda: NOW + 60),
            ledger=self.ledger,
            traces=Traces(
                dynamodb=self.client,
                users_table="users",
                ledger_table="ledger",
                erasures_table="erasures",
            ),
            sqs=self.queue,
            queue_url="https://queue",
        )

    def run(self, *steps: str) -> None:
        for step in steps:
            self.steps.run(step, ERASURE)

    @property
    def stored(self) -> str:
        return json.dumps(self.client.tables)


def test_nothing_of_the_user_is_left_but_ids(log: pytest.LogCaptureFixture) -> None:
    world = World()
    world.run(*STEPS)
    assert world.client.tables["users"] == {}
    assert USER.email not in world.stored
    assert USER.name not in world.stored
    assert guard_id(USER.email) not in world.stored
    assert world.client.tables["erasures"][ERASURE] == {
        "id": {"S": ERASURE},
        "requested": {"N": "1"},
        "attempt": {"N": "1"},
        "done": {"N": str(int(NOW) + 60)},
        "expires": {"N": str(int(NOW) + 60 + 90 * 86_400)},
    }
    assert outcomes(log) == ["welcome_stopped", "anonymised", "deleted", "confirmed", "done"]
    assert USER.email not in logged_text(log)


def test_the_confirmation_goes_to_the_address_that_the_user_had() -> None:
    world = World()
    world.run(*STEPS)
    [message] = world.queue.messages
    assert json.loads(message["MessageBody"])["to"] == USER.email
    assert json.loads(message["MessageBody"])["type"] == "notification"
    assert message["MessageAttributes"]["once"]["StringValue"] == ERASURE
    assert USER.name not in message["MessageBody"]


def test_a_welcome_that_waits_is_never_sent() -> None:
    world = World()
    world.run("stop-welcome")
    entry = world.client.tables["ledger"][f"email#{USER.id}"]
    assert entry["state"] == {"S": "done"}
    assert "day" not in entry  # nothing was sent, so nothing is counted


def test_a_welcome_that_is_being_sent_is_waited_for(log: pytest.LogCaptureFixture) -> None:
    world = World()
    claim = world.ledger.claim(f"email#{USER.id}", owner="send-email", lease_seconds=60)
    assert world.steps.run("stop-welcome", ERASURE) == {"busy": True}
    world.ledger.complete(claim, kind="email", outcome="welcome")
    counted = dict(world.client.tables["ledger"][f"email#{USER.id}"])
    assert world.steps.run("stop-welcome", ERASURE) == {"busy": False}
    assert world.client.tables["ledger"][f"email#{USER.id}"] == counted
    assert outcomes(log) == ["welcome_busy", "welcome_stopped"]


def test_the_key_that_created_the_user_creates_nobody_again() -> None:
    world = World()
    world.run(*STEPS)
    users = UserStore(world.client, "users", ledger_table="ledger", now=lambda: NOW)
    with pytest.raises(KeyReused):
        users.create(NewUser(USER.name, USER.email), idempotency_key=KEY)
    assert users.create(NewUser(USER.name, USER.email), idempotency_key=None).user.id != USER.id


def test_a_guard_of_somebody_else_stays() -> None:
    """As after a restore: the address belongs to another user by now."""
    world = World()
    guard = world.client.tables["users"][guard_id(USER.email)]
    guard["user_id"] = {"S": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFH"}
    world.run(*STEPS)
    assert list(world.client.tables["users"]) == [guard_id(USER.email)]


@given(
    st.lists(st.sampled_from(STEPS), max_size=6),
    st.lists(st.tuples(st.sampled_from(["dynamodb", "sqs"]), st.integers(0, 3)), max_size=5),
)
def test_it_ends_in_the_same_state_whatever_fails_or_is_repeated(
    again: list[str], failures: list[tuple[str, int]]
) -> None:
    """The machine's order, with steps of before repeated and calls that fail."""
    world = World()
    done: list[str] = []
    for step in STEPS:
        repeated = [each for each in again if each in done]
        for each in [*repeated, step]:
            for service, _ in failures[:1]:
                failures = failures[1:]
                errors = world.queue.errors if service == "sqs" else world.client.errors
                errors.append(client_error("InternalServerError", status=500))
            for _ in range(10):
                try:
                    world.steps.run(each, ERASURE)
                except Exception:  # noqa: BLE001 - any, as the state machine retries
                    continue
                break
        done.append(step)
    assert world.client.tables["users"] == {}
    assert USER.email not in world.stored
    assert world.client.tables["erasures"][ERASURE]["done"] == {"N": str(int(NOW) + 60)}
    assert {m["MessageAttributes"]["once"]["StringValue"] for m in world.queue.messages} == {
        ERASURE
    }


@pytest.mark.parametrize("step", STEPS)
def test_every_step_fails_alone_without_details(step: str, log: pytest.LogCaptureFixture) -> None:
    world = World()
    world.client.errors = [client_error("AccessDenied", status=403)]
    event = samples.event("erase_user") | {"step": step}
    with pytest.raises(Failed) as failed:
        handler.invoke(event, FakeContext(), world.steps)
    assert "canary" not in str(failed.value) + logged_text(log)
    assert outcomes(log) == ["failed"]
    assert handler.invoke(event, FakeContext(), world.steps) == {"busy": False}


def test_a_queue_that_refuses_keeps_the_address_for_the_next_attempt() -> None:
    world = World()
    world.run("stop-welcome", "anonymise", "delete")
    world.queue.errors = [client_error("InternalError", status=500)]
    with pytest.raises(Exception, match="InternalError"):
        world.run("confirm")
    world.run("confirm", "finish")
    assert len(world.queue.messages) == 1


def test_no_other_step_exists() -> None:
    with pytest.raises(UnknownStep, match="there are stop-welcome, anonymise"):
        World().run("vanish")
