import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.live import CONNECTION_SECONDS, TICKET_SECONDS
from handlers.domain.live_store import LiveStore
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.live_uploads.handler import handler
from handlers.live_uploads.live_uploads import MAX_MESSAGE_BYTES, Limits, Parts
from handlers.runtime.caller import Caller
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
from tests.support.upload_items import UPLOAD_ID, item

__all__ = ["log"]
ADA, BOB = Caller("person", "ada"), Caller("person", "bob")
PAGE = "https://app.example.com"


class World:
    """One user with one upload, and clients that connect and send."""

    def __init__(self, *, connections: int = 2, subscriptions: int = 2) -> None:
        self.now = NOW
        self.client = FakeDynamoDB()
        user = samples.user_of({"pathParameters": {"id": USER.id}})
        self.client.tables["users"] = {USER.id: user}
        self.client.tables["uploads"] = {UPLOAD_ID: item(state="waiting")}
        self.live = LiveStore(self.client, "live", now=lambda: self.now)
        self.parts = Parts(
            users=UserStore(self.client, "users"),
            uploads=UploadStore(self.client, "uploads", now=lambda: self.now),
            live=self.live,
            limits=Limits(connections=connections, subscriptions=subscriptions),
            origins=PAGE,
        )

    def send(self, event: dict[str, Any], connection: str) -> Any:
        event["requestContext"]["connectionId"] = connection
        return handler.invoke(event, FakeContext(), self.parts)

    def connect(
        self,
        connection: str = "one",
        *,
        ticket: str | None = None,
        caller: Caller | None = None,
        origin: str | None = PAGE,
    ) -> int:
        event = samples.event("live_uploads", "connect")
        event["headers"].pop("Origin")
        if origin is not None:
            event["headers"]["origin"] = origin
        ticket = self.live.issue(caller)[0] if ticket is None else ticket
        event["queryStringParameters"] = {"ticket": ticket} if ticket else None
        status: int = self.send(event, connection)["statusCode"]
        return status

    def ask(
        self,
        connection: str = "one",
        *,
        action: str = "subscribe",
        user: str = USER.id,
        upload: str = UPLOAD_ID,
    ) -> Any:
        event = samples.event("live_uploads")
        event["body"] = json.dumps({"action": action, "user": user, "upload": upload})
        answer = self.send(event, connection)
        assert answer["statusCode"] == 200
        return json.loads(answer["body"]) if "body" in answer else None

    def leave(self, connection: str = "one") -> None:
        event = samples.event("live_uploads", "disconnect")
        assert self.send(event, connection) == {"statusCode": 200}


def test_a_subscriber_gets_the_state_and_is_known(log: pytest.LogCaptureFixture) -> None:
    world = World()
    assert world.connect() == 200
    answer = world.ask()
    assert (answer["upload"]["id"], answer["upload"]["state"]) == (UPLOAD_ID, "waiting")
    assert world.live.subscribers(USER.id, UPLOAD_ID) == ["one"]
    assert world.ask(action="unsubscribe") is None
    assert world.live.subscribers(USER.id, UPLOAD_ID) == []
    world.leave()
    assert world.ask()["error"].startswith("This connection has expired")
    assert outcomes(log) == ["connected", "subscribed", "unsubscribed", "disconnected", "unknown"]
    assert "notes.txt" not in logged_text(log)


def test_a_ticket_works_once_and_for_a_minute(log: pytest.LogCaptureFixture) -> None:
    world = World()
    ticket, _ = world.live.issue(None)
    assert [world.connect(ticket=ticket), world.connect(ticket=ticket)] == [200, 401]
    late, _ = world.live.issue(None)
    world.now += TICKET_SECONDS
    assert world.connect(ticket=late) == 401
    assert world.connect(ticket="") == 401
    assert world.connect(ticket="x") == 401
    assert outcomes(log) == ["connected", *["no_ticket"] * 4]


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 200), (PAGE, 200), ("https://evil.example.com", 403), ("null", 403), ("*", 403)],
)
def test_only_pages_of_the_application_connect(origin: str | None, status: int) -> None:
    world = World()
    ticket, _ = world.live.issue(None)
    assert world.connect(ticket=ticket, origin=origin) == status
    if status == 403:  # and the ticket is not used up
        assert world.connect(ticket=ticket) == 200


def test_connections_of_a_caller_are_limited() -> None:
    world = World(connections=2)
    assert [world.connect(name, caller=ADA) for name in "abc"] == [200, 200, 429]
    assert world.connect("d", caller=BOB) == 200
    world.leave("a")
    assert world.connect("e", caller=ADA) == 200
    assert world.connect("f", caller=ADA) == 429
    world.now += CONNECTION_SECONDS
    assert world.connect("g", caller=ADA) == 200


def test_subscriptions_of_a_connection_are_limited() -> None:
    world = World(subscriptions=2)
    others = [f"{UPLOAD_ID[:-1]}{letter}" for letter in "AB"]
    for other in others:
        world.client.tables["uploads"][other] = item(state="done", upload_id=other)
    world.connect()
    assert "upload" in world.ask(upload=others[0])
    assert "upload" in world.ask()
    assert "upload" in world.ask()  # the same again
    refused = world.ask(upload=others[1])
    assert refused == {
        "error": "Too many subscriptions: a connection has 2 at most",
        "upload_id": others[1],
    }
    assert world.live.subscribers(USER.id, others[1]) == []
    world.ask(action="unsubscribe")
    assert "upload" in world.ask(upload=others[1])


def test_what_is_not_there_is_not_found_and_takes_no_room() -> None:
    world = World(subscriptions=1)
    world.connect()
    for number in range(3):
        missing = f"{UPLOAD_ID[:-1]}{number}"
        assert world.ask(upload=missing) == {"error": "Upload not found", "upload_id": missing}
    assert world.ask(user="nobody")["error"] == "User not found"
    assert "upload" in world.ask()


def test_a_connection_ends_after_two_hours() -> None:
    world = World()
    world.connect()
    world.ask()
    world.now += CONNECTION_SECONDS
    assert world.ask()["error"].startswith("This connection has expired")
    assert world.live.subscribers(USER.id, UPLOAD_ID) == []


@given(st.one_of(st.text(), st.binary().map(lambda b: b.decode("latin-1"))))
def test_any_message_is_answered(text: str) -> None:
    world = World()
    world.connect()
    event = samples.event("live_uploads")
    event["body"] = text
    answer = world.send(event, "one")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["error"]


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_ids_are_answered(user: str, upload: str) -> None:
    world = World()
    world.connect()
    assert world.ask(user=user, upload=UPLOAD_ID)["error"]
    assert world.ask(upload=upload)["error"]
    assert world.live.subscribers(user, upload) == []


def test_long_messages_and_broken_base64_are_invalid() -> None:
    world = World()
    world.connect()
    event = samples.event("live_uploads")
    for changed in (
        {"body": event["body"] + " " * MAX_MESSAGE_BYTES},
        {"isBase64Encoded": True, "body": "?"},
        {"body": None},
        {"body": event["body"].replace("subscribe", "shout")},
    ):
        answer = world.send({**event, **changed}, "one")
        assert json.loads(answer["body"])["error"].startswith("Invalid message")


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
@pytest.mark.parametrize("variant", ["", "connect", "disconnect"])
def test_dynamodb_fails(
    code: str, status: int, variant: str, log: pytest.LogCaptureFixture
) -> None:
    world = World()
    world.client.errors = [client_error(code)]
    answer = world.send(samples.event("live_uploads", variant), "one")
    assert answer["statusCode"] == status
    assert "canary" not in logged_text(log)


def test_a_subscription_is_stored_before_the_upload_is_read() -> None:
    """So a change in between is told: the stream's record comes after the subscription."""
    world = World()
    world.connect()
    world.client.calls.clear()
    world.ask()
    assert world.client.calls == [
        "GetItem",  # the connection
        "GetItem",  # the user
        "PutItem", "Query", "PutItem",  # the subscription
        "GetItem",  # the upload
    ]  # fmt: skip
