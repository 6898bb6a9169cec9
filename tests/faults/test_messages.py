"""Faults between the e-mail queue and SES."""

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.chaos.calls import Call
from checks.chaos.fault_plan import Fault, Kind
from checks.chaos.reconciliation import Ledger
from tests.support.e2e.system import address, until
from tests.support.faults.kills import killing
from tests.support.faults.world import (
    NOT_LATER,
    SECONDS,
    World,
    from_call,
    notification,
    sqs_event,
)

SEND = Call("ses", "SendEmail")


def send_all(world: World, recipients: Sequence[str]) -> Ledger:
    """Queue a notification to each address; return the messages by address."""
    ledger = Ledger()
    for to in recipients:
        ledger.send(to, notification(to))
        world.queue(notification(to))
    return ledger


def effects(world: World, recipients: Sequence[str]) -> list[str]:
    return [to for to in world.recipients() if to in set(recipients)]


def dead_notifications(world: World, recipients: Sequence[str]) -> list[tuple[str, str]]:
    bodies = {notification(to): to for to in recipients}
    return [(bodies[body], body) for _, body in world.dead() if body in bodies]


@settings(max_examples=15)
@given(data=st.data())
def test_one_bad_record_in_a_batch(world: World, data: st.DataObject) -> None:
    """Whichever messages fail, exactly their ids are returned, and the others are sent."""
    bad = data.draw(st.lists(st.booleans(), min_size=1, max_size=10))
    recipients = [address() for _ in bad]
    bodies = ["{" if fails else notification(to) for to, fails in zip(recipients, bad, strict=True)]
    event = sqs_event(bodies)
    answer = world.invoke("send-email", event)
    ids = [record["messageId"] for record in event["Records"]]
    assert answer["batchItemFailures"] == [
        {"itemIdentifier": message_id} for message_id, fails in zip(ids, bad, strict=True) if fails
    ]
    assert sorted(effects(world, recipients)) == sorted(
        to for to, fails in zip(recipients, bad, strict=True) if not fails
    )


def redrive(world: World, message_id: str) -> None:
    """Send a dead letter to the e-mail queue again.

    AWS does this with ``StartMessageMoveTask``, which the emulator lacks. As there, the new message
    has the old one's body and attributes.
    """
    sqs = world.cloud.client("sqs")
    found: list[dict[str, Any]] = []

    def receive() -> bool:
        answer = sqs.receive_message(
            QueueUrl=world.dead_letters,
            MaxNumberOfMessages=10,
            VisibilityTimeout=1,
            MessageAttributeNames=["All"],
        )
        found.extend(m for m in answer.get("Messages", []) if m["MessageId"] == message_id)
        return bool(found)

    until(receive, seconds=SECONDS)
    sqs.send_message(
        QueueUrl=world.emails,
        MessageBody=found[0]["Body"],
        MessageAttributes=found[0].get("MessageAttributes", {}),
    )
    sqs.delete_message(QueueUrl=world.dead_letters, ReceiptHandle=found[0]["ReceiptHandle"])


def test_poison_message(world: World) -> None:
    """It goes unchanged to the dead-letter queue after N receives; redriven, it is sent once."""
    sqs, to = world.cloud.client("sqs"), address()
    asked = sqs.get_queue_attributes(QueueUrl=world.emails, AttributeNames=["RedrivePolicy"])
    receives = json.loads(asked["Attributes"]["RedrivePolicy"])["maxReceiveCount"]
    assert receives >= 5
    with world.faults(Fault(kind="refuse", service="ses", probability=1)) as tally:
        message_id = world.queue(notification(to))
        until(lambda: (message_id, notification(to)) in world.dead(), seconds=SECONDS)
    assert tally.calls[SEND] == tally.injected["refuse"] == receives
    assert world.mails(to) == 0
    # SES accepts it now. The emulator has no `StartMessageMoveTask`.
    redrive(world, message_id)
    until(lambda: world.mails(to), seconds=SECONDS)
    until(world.settled, seconds=SECONDS)
    assert world.mails(to) == 1
    assert message_id not in dict(world.dead())


@pytest.mark.parametrize("copies", [2, 5])
def test_duplicate_delivery_of_messages(world: World, copies: int) -> None:
    """At once, one delivery sends, and the others see that. Later, all find the e-mail sent."""
    recipients = [address() for _ in range(3)]
    event = sqs_event([notification(to) for to in recipients])

    def received() -> dict[str, Any]:
        """Return the same messages, as received once more."""
        return {
            "Records": [
                {**record, "receiptHandle": uuid.uuid4().hex} for record in event["Records"]
            ]
        }

    with ThreadPoolExecutor(copies) as pool:
        list(pool.map(lambda _: world.invoke("send-email", received()), range(copies)))
    assert sorted(effects(world, recipients)) == sorted(recipients)
    assert world.invoke("send-email", received()) == {"batchItemFailures": []}
    assert sorted(effects(world, recipients)) == sorted(recipients)


CONTAINER = pytest.mark.container

# The points where a delivery can be cut off: before and after each of its calls.
# The last column: e-mails that SES has accepted but that are not recorded as sent.
OFFSETS = [
    ("delay", "dynamodb", "UpdateItem", 1, 0),  # claims the first
    ("delay_reply", "dynamodb", "UpdateItem", 1, 0),
    pytest.param("delay", "ses", "SendEmail", 1, 0, marks=CONTAINER),
    pytest.param("delay_reply", "ses", "SendEmail", 1, 1, marks=CONTAINER),
    ("delay", "dynamodb", "UpdateItem", 2, 1),  # records the first
    ("delay_reply", "dynamodb", "UpdateItem", 2, 0),
    pytest.param("delay", "ses", "SendEmail", 3, 0, marks=CONTAINER),
    pytest.param("delay_reply", "ses", "SendEmail", 3, 1, marks=CONTAINER),
    ("delay", "dynamodb", "UpdateItem", 10, 1),  # records the last
    ("delay_reply", "dynamodb", "UpdateItem", 10, 0),
]


@pytest.mark.long
@pytest.mark.parametrize(("kind", "service", "operation", "n", "sent_unrecorded"), OFFSETS)
def test_function_killed_mid_batch(
    world: World, kind: Kind, service: str, operation: str, n: int, sent_unrecorded: int
) -> None:
    """Messages come back, and each takes effect once; SES is the exception.

    If SES accepted an e-mail before the function died, nobody can know, and it is sent twice.
    """
    recipients = [address() for _ in range(5)]
    fault = Fault(kind=kind, service=service, operation=operation, calls=from_call(n), seconds=300)
    with world.receives_soon(), world.faults(fault, NOT_LATER) as tally:
        with world.without_trigger("send-email"):  # so that they arrive as one batch
            ledger = send_all(world, recipients)
        world.kill_sender_when_held(tally)
        until(lambda: set(effects(world, recipients)) == set(recipients), seconds=SECONDS)
        until(world.settled, seconds=SECONDS)
    balance = ledger.balance(
        effects=effects(world, recipients), kept=dead_notifications(world, recipients)
    )
    assert balance.violations.keys() <= {"doubled"}
    assert balance.once | balance.doubled == set(recipients)
    assert len(balance.doubled) == sent_unrecorded


@pytest.mark.long
def test_function_killed_mid_batch_at_random_moments(world: World) -> None:
    """A message whose function is killed at each of five attempts is a dead letter."""
    recipients = [address() for _ in range(100)]
    slow = Fault(kind="delay", service="ses", probability=1, seconds=0.1)
    with world.receives_soon(), world.faults(slow, NOT_LATER):
        with killing(world.cloud, ["send-email"], seed=1, every=(0.5, 1.5)) as killed:
            ledger = send_all(world, recipients)
            until(lambda: killed["send-email"] >= 5, seconds=SECONDS)
        world.end_leases_until(world.settled)
    balance = ledger.balance(
        effects=effects(world, recipients), kept=dead_notifications(world, recipients)
    )
    # Cut off between SES and the record: sent at most twice; cut off twice, kept as it was.
    assert balance.violations.keys() <= {"doubled", "several"}, balance
    assert not balance.lost
    assert max(Counter(effects(world, recipients)).values()) <= 2


@pytest.mark.long
@pytest.mark.early
@pytest.mark.container
def test_crash_between_the_side_effect_and_its_record(world: World) -> None:
    """A retry after the lease sends at most one duplicate; then the message is uncertain."""
    to = address()
    fault = Fault(kind="delay_reply", service="ses", calls=(1, 2), seconds=300)
    with world.receives_soon(), world.faults(fault, NOT_LATER) as tally:
        message_id = world.queue(notification(to))
        for crash in (1, 2):
            world.kill_sender_when_held(tally, times=crash, again=True)
        until(lambda: (message_id, notification(to)) in world.dead(), seconds=SECONDS)
    assert tally.calls[SEND] == world.mails(to) == 2


@pytest.mark.long
def test_throttling_and_a_flood(world: World, one_sender: None) -> None:
    """Few of many messages are processed at a time, and SES refuses all at first: all are sent.

    A message that SES throttles four times, or that the function has no time for, waits half a
    minute. None becomes a dead letter.
    """
    recipients = [address() for _ in range(40)]
    before = world.dead()
    too_many = Fault(kind="throttle", service="ses", calls=range(1, 21), probability=0.1)
    with world.faults(too_many) as tally:
        ledger = send_all(world, recipients)
        until(lambda: set(recipients) <= set(world.recipients()), seconds=SECONDS)
    assert tally.injected["throttle"] >= 20
    balance = ledger.balance(
        effects=effects(world, recipients), kept=dead_notifications(world, recipients)
    )
    assert balance.violations == {}
    assert world.dead() == before
