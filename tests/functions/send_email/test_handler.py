import json
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.domain.ledger import Claim, Ledger
from handlers.runtime.deadline import OutOfTime
from handlers.send_email.deliver import Delivery
from handlers.send_email.handler import handler
from handlers.send_email.mailer import Paused, Rejected, Throttled
from handlers.send_email.render import Rendered
from handlers.send_email.send_email import send_emails
from tests.support import samples
from tests.support.fakes import (
    NOW,
    USER,
    FakeContext,
    FakeDynamoDB,
    FakeEntries,
    FakeUsers,
    client_error,
    log,
    logged_text,
    outcomes,
)

__all__ = ["log"]


class FakeMailer:
    """Records what was sent, or raises the errors that the test sets."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Rendered]] = []
        self.errors: dict[str, Exception] = {}

    def send(self, to: str, content: Rendered) -> None:
        if error := self.errors.get(to):
            raise error
        self.sent.append((to, content))


class FakeVisibility:
    """Records the delays of messages."""

    def __init__(self) -> None:
        self.changes: dict[str, int] = {}

    def change(self, seconds: dict[str, int]) -> None:
        self.changes.update(seconds)


class World:
    """A delivery with fakes."""

    def __init__(self) -> None:
        self.entries, self.users = FakeEntries(), FakeUsers()
        self.mailer, self.queue = FakeMailer(), FakeVisibility()
        self.pauses: list[float] = []
        self.delivery = Delivery(
            ledger=self.entries, users=self.users, mailer=self.mailer, sleep=self.pauses.append
        )
        self.remaining = 30.0

    def run(self, records: list[dict[str, Any]]) -> list[str]:
        return send_emails(records, self.delivery, self.queue, lambda: self.remaining)


@pytest.fixture
def world() -> World:
    return World()


def message(number: int, *, receives: int = 1, **fields: str) -> dict[str, Any]:
    record: dict[str, Any] = samples.event("send_email")["Records"][1]
    record["messageId"] = f"m{number}"
    record["receiptHandle"] = f"r{number}-{receives}"
    record["attributes"]["ApproximateReceiveCount"] = str(receives)
    content = {"to": f"u{number}@x.co", "subject": "S", "body": "B", "type": "notification"}
    record["body"] = json.dumps({**content, **fields})
    return record


def welcome(*, receipt: str = "r", message_id: str = "m") -> dict[str, Any]:
    record: dict[str, Any] = samples.event("send_email")["Records"][0]
    return {**record, "receiptHandle": receipt, "messageId": message_id}


def test_real_event(world: World, log: pytest.LogCaptureFixture) -> None:
    event = samples.event("send_email")
    response = handler.invoke(event, FakeContext(), world.delivery, world.queue)
    assert response == {"batchItemFailures": []}
    assert [to for to, _ in world.mailer.sent] == ["ada@example.com", "grace@example.com"]
    assert world.users.welcomed == [USER.id]
    assert world.entries.completed == [
        (f"email#{USER.id}", "email", "welcome"),
        ("email#2e1424d4-f796-459a-8184-9c92662be6da", "email", "notification"),
    ]
    assert outcomes(log) == ["sent", "sent"]


def test_broken_messages_come_again_at_once_and_affect_no_others(
    world: World, log: pytest.LogCaptureFixture
) -> None:
    records = samples.event("send_email", "broken")["Records"]
    assert world.run(records) == [record["messageId"] for record in records[1:]]
    assert [to for to, _ in world.mailer.sent] == ["grace@example.com"]
    assert world.queue.changes == {record["receiptHandle"]: 0 for record in records[1:]}
    assert outcomes(log) == ["sent", "invalid", "invalid", "invalid"]
    assert not any(word in logged_text(log) for word in ("ada@", "grace@", "eve@", "Bcc"))
    assert "reason" in vars(log.records[1])


@given(st.lists(st.sampled_from(["ok", "throttled", "broken", "lost", "rejected"]), max_size=10))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_exactly_the_failed_messages_are_reported(fates: list[str]) -> None:
    world = World()
    records = []
    for number, fate in enumerate(fates):
        records.append(message(number, **({"type": "x"} if fate == "broken" else {})))
        error = {
            "throttled": Throttled("x"),
            "lost": client_error("InternalFailure", status=500),
            "rejected": Rejected("x"),
        }.get(fate)
        if error:
            world.mailer.errors[f"u{number}@x.co"] = error
    failed = [f"m{number}" for number, fate in enumerate(fates) if fate != "ok"]
    assert world.run(records) == failed
    assert len(world.mailer.sent) == fates.count("ok")
    waits = [world.queue.changes.get(f"r{number}-1") for number in range(len(fates))]
    for fate, wait in zip(fates, waits, strict=True):
        bounds = {
            "ok": [None],
            "broken": [0],
            "rejected": [0],
            "throttled": range(30, 38),
            "lost": range(300, 376),
        }
        assert wait in bounds[fate]


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (Rejected("MessageRejected"), "rejected"),
        (Throttled("TooManyRequestsException"), "throttled"),
        (Paused("AccountSuspendedException"), "paused"),
    ],
)
def test_a_message_that_was_certainly_not_sent_is_released(
    world: World, log: pytest.LogCaptureFixture, error: Exception, name: str
) -> None:
    world.mailer.errors["u1@x.co"] = error
    assert world.run([message(1)]) == ["m1"]
    assert world.entries.states == {}
    assert outcomes(log) == [name]
    world.mailer.errors.clear()
    assert world.run([message(1, receives=2)]) == []


def test_a_message_that_was_perhaps_sent_keeps_its_lease(
    world: World, log: pytest.LogCaptureFixture
) -> None:
    world.mailer.errors["u1@x.co"] = client_error("InternalFailure", status=500)
    world.run([message(1)])
    world.mailer.errors.clear()
    assert world.run([message(1, receives=2)]) == ["m1"]
    assert outcomes(log) == ["failed", "busy"]
    world.entries.states.clear()
    assert world.run([message(1, receives=3)]) == []
    assert "canary" not in logged_text(log)


def test_welcome_queued_twice_is_sent_once(world: World, log: pytest.LogCaptureFixture) -> None:
    batch = [welcome(message_id="m1"), welcome(message_id="m2", receipt="r2")]
    assert world.run(batch) == []
    assert len(world.mailer.sent) == 1
    assert world.users.welcomed == [USER.id, USER.id]  # marking again changes nothing
    assert outcomes(log) == ["sent", "duplicate"]


def test_crash_before_the_user_is_marked(world: World) -> None:
    world.users.error = client_error("ThrottlingException")
    assert world.run([welcome()]) == ["m"]
    assert (len(world.mailer.sent), world.users.welcomed) == (1, [])
    world.users.error = None
    assert world.run([welcome(receipt="r2")]) == []
    assert (len(world.mailer.sent), world.users.welcomed) == (1, [USER.id])


def test_crash_before_the_entry_is_completed_sends_twice_at_most(world: World) -> None:
    world.entries.complete_error = client_error("ThrottlingException")
    assert world.run([welcome()]) == ["m"]
    assert world.run([welcome(receipt="r2")]) == ["m"]  # the lease holds
    assert len(world.mailer.sent) == 1
    world.entries.complete_error = None
    world.entries.states.clear()
    assert world.run([welcome(receipt="r3")]) == []
    assert world.run([welcome(receipt="r4")]) == []
    assert len(world.mailer.sent) == 2


def test_completing_is_tried_again_after_temporary_errors(world: World) -> None:
    world.entries.complete_error = client_error("ThrottlingException")
    assert world.run([welcome()]) == ["m"]
    assert world.pauses == [1, 2]
    world.entries.complete_error = client_error("AccessDeniedException")
    assert world.run([message(2)]) == ["m2"]
    assert world.pauses == [1, 2]


class LedgerWorld:
    """A delivery with the real ledger, and a clock that a test moves."""

    def __init__(self) -> None:
        self.now, self.receipts = NOW, 0
        self.mailer, self.fate = FakeMailer(), "sent"
        self.ledger = Ledger(FakeDynamoDB(), "ledger", now=lambda: self.now)
        self.delivery = Delivery(ledger=self, users=FakeUsers(), mailer=self, sleep=lambda _: None)

    def claim(self, entry_id: str, *, owner: str, lease_seconds: float) -> Claim:
        return self.ledger.claim(entry_id, owner=owner, lease_seconds=lease_seconds)

    def release(self, claim: Claim) -> None:
        self.ledger.release(claim)

    def send(self, to: str, content: Rendered) -> None:
        if self.fate == "throttled":
            raise Throttled("x")
        self.mailer.send(to, content)
        if self.fate == "lost":
            raise client_error("InternalFailure", status=500)

    def complete(self, claim: Claim, *, kind: str, outcome: str) -> None:
        if self.fate == "not completed":
            raise client_error("InternalServerError", status=500)
        if self.fate == "completed, reply lost":
            self.ledger.complete(claim, kind=kind, outcome=outcome)
            raise client_error("InternalServerError", status=500)
        self.ledger.complete(claim, kind=kind, outcome=outcome)

    def receive(self, fate: str, *, after: float = 61) -> list[str]:
        self.fate = fate
        self.receipts += 1
        self.now += after
        record = message(1, receives=self.receipts)
        return send_emails([record], self.delivery, FakeVisibility(), lambda: 30)


def test_a_message_that_cannot_be_completed_is_sent_twice_and_then_given_up(
    log: pytest.LogCaptureFixture,
) -> None:
    world = LedgerWorld()
    for after in (0, 61, 61, 0, 0):  # what is given up comes again at once, and waits for no lease
        assert world.receive("not completed", after=after) == ["m1"]
    assert len(world.mailer.sent) == 2
    assert outcomes(log) == ["failed", "failed", "uncertain", "uncertain", "uncertain"]
    assert log.records[2].levelname == "ERROR"
    assert "canary" not in logged_text(log)


def test_a_message_that_was_certainly_not_sent_may_be_begun_any_number_of_times() -> None:
    world = LedgerWorld()
    for _ in range(9):
        assert world.receive("throttled") == ["m1"]
    assert world.receive("sent") == []
    assert len(world.mailer.sent) == 1


FATES = st.sampled_from(["sent", "throttled", "lost", "not completed", "completed, reply lost"])


@given(st.lists(FATES, max_size=8))
def test_an_e_mail_is_never_sent_more_than_twice(fates: list[str]) -> None:
    world = LedgerWorld()
    for fate in fates:
        world.receive(fate)
    perhaps = [fate for fate in fates if fate != "throttled"]
    ended = perhaps[:1] in (["sent"], ["completed, reply lost"])
    assert len(world.mailer.sent) == min(len(perhaps), 1 if ended else 2)


def test_same_message_at_the_same_time_is_sent_once() -> None:
    ledger = Ledger(FakeDynamoDB(), "ledger")
    sending, other_done = threading.Event(), threading.Event()

    class SlowMailer(FakeMailer):
        def send(self, to: str, content: Rendered) -> None:
            sending.set()
            other_done.wait(5)
            super().send(to, content)

    mailer, queue, users = SlowMailer(), FakeVisibility(), FakeUsers()
    delivery = Delivery(ledger=ledger, users=users, mailer=mailer)
    results: list[list[str]] = []

    def receive(receipt: str) -> None:
        results.append(send_emails([welcome(receipt=receipt)], delivery, queue, lambda: 30))

    first = threading.Thread(target=receive, args=["r1"])
    first.start()
    sending.wait(5)
    receive("r2")
    other_done.set()
    first.join()
    assert results == [["m"], []]
    assert len(mailer.sent) == 1
    assert 60 <= queue.changes["r2"] <= 75


def test_welcome_without_a_user_is_sent_by_its_message_id(world: World) -> None:
    assert world.run([message(1, type="welcome")]) == []
    assert world.entries.completed == [("email#m1", "email", "welcome")]
    assert world.users.welcomed == []


@pytest.mark.parametrize("attribute", [{"stringValue": "user_1"}, {"binaryValue": "eA=="}, {}])
def test_an_attribute_that_is_not_a_user_id_is_invalid(
    world: World, attribute: dict[str, str]
) -> None:
    record = {**welcome(), "messageAttributes": {"user_id": attribute}}
    assert world.run([record]) == ["m"]
    assert world.mailer.sent == []
    assert world.queue.changes == {"r": 0}


def test_notification_does_not_welcome(world: World) -> None:
    record = message(1)
    record["messageAttributes"] = welcome()["messageAttributes"]
    assert world.run([record]) == []
    assert world.users.welcomed == []
    assert world.entries.completed == [("email#m1", "email", "notification")]


def test_without_time_the_rest_is_deferred(world: World, log: pytest.LogCaptureFixture) -> None:
    world.remaining = 14
    assert world.run([message(1), message(2), message(3)]) == ["m2", "m3"]
    assert outcomes(log) == ["sent", "deferred", "deferred"]
    assert all(30 <= wait < 38 for wait in world.queue.changes.values())


def test_a_message_without_time_to_send_is_released(
    world: World, log: pytest.LogCaptureFixture
) -> None:
    """SES throttles, and the pause before another try would be too long."""
    record = message(1)
    world.mailer.errors = {json.loads(record["body"])["to"]: OutOfTime()}
    assert world.run([record]) == ["m1"]
    assert outcomes(log) == ["deferred"]
    assert world.entries.states == {}


ONCE = "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"


def once(number: int, value: Any = ONCE, **fields: str) -> dict[str, Any]:
    attribute = {"dataType": "String", "stringValue": value}
    return {**message(number, **fields), "messageAttributes": {"once": attribute}}


def test_a_notification_with_an_id_is_sent_once_however_often_it_is_queued(world: World) -> None:
    assert world.run([once(1), once(2)]) == []
    assert [to for to, _ in world.mailer.sent] == ["u1@x.co"]
    assert world.entries.completed == [(f"email#{ONCE}", "email", "notification")]
    assert world.users.welcomed == []


@pytest.mark.parametrize("value", [USER.id, "", "erasure_", "m1", ONCE + "x", None, 7])
def test_what_is_sent_once_has_an_id_and_no_users(world: World, value: Any) -> None:
    """Otherwise whoever may write to the queue could keep a welcome from being sent."""
    assert world.run([once(1, value)]) == ["m1"]
    assert world.mailer.sent == []


def test_a_welcome_heeds_its_user_alone(world: World) -> None:
    record = welcome()
    attributes = {**record["messageAttributes"], **once(1)["messageAttributes"]}
    assert world.run([{**record, "messageAttributes": attributes}]) == []
    assert world.entries.completed == [(f"email#{USER.id}", "email", "welcome")]
