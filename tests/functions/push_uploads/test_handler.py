import json
import threading
from collections.abc import Callable
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ReadTimeoutError

from handlers.domain.live_store import Holder, LiveStore
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.push_uploads.clients import AT_ONCE, Clients
from handlers.push_uploads.handler import handler
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

OTHER = f"{UPLOAD_ID[:-1]}H"
HOLDER = Holder("caller", None, int(NOW) + 100)


class FakeConnections:
    """The connections of an API; what happens to a message is by the connection's name."""

    def __init__(self) -> None:
        self.heard: dict[str, list[Any]] = {}
        self.exceptions = botocore.session.get_session().create_client(
            "apigatewaymanagementapi", region_name="us-east-1"
        ).exceptions  # fmt: skip
        self.on: dict[str, Callable[[], None]] = {"gone": self._gone, "slow": self._slow}

    def post_to_connection(self, **given: Any) -> None:
        connection = given["ConnectionId"]
        self.on.get(connection, lambda: None)()
        self.heard.setdefault(connection, []).append(json.loads(given["Data"]))

    def _gone(self) -> None:
        raise self.exceptions.GoneException({"Error": {"Code": "GoneException"}}, "Post")

    def _slow(self) -> None:
        raise ReadTimeoutError(endpoint_url="https://x")


class World:
    def __init__(self, *connections: str) -> None:
        self.client, self.connections = FakeDynamoDB(), FakeConnections()
        self.client.tables["uploads"] = {UPLOAD_ID: item(state="done", outputs=["text.txt"])}
        self.client.tables["users"] = {
            USER.id: samples.user_of({"pathParameters": {"id": USER.id}})
        }
        self.live = LiveStore(self.client, "live", now=lambda: NOW)
        for connection in connections:
            self.live.subscribe(connection, HOLDER, USER.id, UPLOAD_ID, limit=9)

    def push(self, event: Any = None) -> Any:
        return handler.invoke(
            event or samples.event("push_uploads"),
            FakeContext(),
            UserStore(self.client, "users"),
            UploadStore(self.client, "uploads", now=lambda: NOW),
            self.live,
            Clients(self.connections),
        )


def test_subscribers_hear_the_state_as_it_is_now_once(log: pytest.LogCaptureFixture) -> None:
    world = World("one", "two")
    assert world.push() == {"batchItemFailures": []}
    assert set(world.connections.heard) == {"one", "two"}
    [message] = world.connections.heard["one"]  # of two records
    assert (message["upload"]["id"], message["upload"]["state"]) == (UPLOAD_ID, "done")
    assert outcomes(log) == ["told"]
    [record] = [r for r in log.records if hasattr(r, "outcome")]
    assert (record.subscribers, record.missed, record.trace) == (2, 0, "C3D13FE58DE4C810")
    assert "notes.txt" not in logged_text(log)


def test_records_that_come_again_tell_nothing_old() -> None:
    world = World("one")
    event = samples.event("push_uploads")
    world.push({"Records": event["Records"][:1]})  # processing, long ago
    assert [m["upload"]["state"] for m in world.connections.heard["one"]] == ["done"]


def test_nobody_is_told_of_what_nobody_asked_for(log: pytest.LogCaptureFixture) -> None:
    world = World()
    world.push()
    assert world.client.calls == ["Query"]
    assert outcomes(log) == ["nobody"]


def test_who_is_gone_is_forgotten_and_who_is_slow_misses_one(
    log: pytest.LogCaptureFixture,
) -> None:
    world = World("gone", "slow", "one")
    assert world.push() == {"batchItemFailures": []}
    assert set(world.connections.heard) == {"one"}
    assert world.live.subscribers(USER.id, UPLOAD_ID) == ["slow", "one"]
    assert outcomes(log) == ["not_told"]


def test_a_deleted_upload_is_told_and_forgotten() -> None:
    world = World("one")
    world.client.tables["uploads"].clear()
    event = samples.event("push_uploads")
    record = event["Records"][0]
    record["eventName"] = "REMOVE"
    del record["dynamodb"]["NewImage"]
    world.push({"Records": [record]})
    missing = {"error": "Upload not found", "upload_id": UPLOAD_ID}
    assert world.connections.heard == {"one": [missing]}
    assert world.live.subscribers(USER.id, UPLOAD_ID) == []


def test_the_uploads_of_a_user_who_is_being_erased_are_not_there() -> None:
    world = World("one")
    world.client.tables["users"][USER.id]["erasing"] = {"S": "2026-11-23T03:28:47Z"}
    world.push()
    missing = {"error": "Upload not found", "upload_id": UPLOAD_ID}
    assert world.connections.heard == {"one": [missing]}
    assert world.live.subscribers(USER.id, UPLOAD_ID) == []


def test_a_slow_client_holds_up_nobody() -> None:
    world = World("waits", *(f"c{n}" for n in range(AT_ONCE - 1)))
    others = threading.Event()
    count = threading.Semaphore(0)
    world.connections.on["waits"] = lambda: [count.acquire() for _ in range(AT_ONCE - 1)] and None
    for n in range(AT_ONCE - 1):
        world.connections.on[f"c{n}"] = count.release
    done = threading.Thread(target=lambda: (world.push(), others.set()))
    done.start()
    done.join(timeout=20)
    assert others.is_set()
    assert len(world.connections.heard) == AT_ONCE


def test_the_first_failure_is_reported_and_ends_the_batch(log: pytest.LogCaptureFixture) -> None:
    world = World("one")
    event = samples.event("push_uploads")
    later = json.loads(json.dumps(event["Records"][1]))
    later["dynamodb"]["Keys"]["id"]["S"] = OTHER
    later["dynamodb"]["SequenceNumber"] = "9"
    world.client.calls.clear()
    world.client.errors = [client_error("ThrottlingException")]
    failed = world.push({"Records": [*event["Records"], later]})
    assert failed == {"batchItemFailures": [{"itemIdentifier": "100000000005391461881"}]}
    assert world.client.calls == ["Query"]
    assert outcomes(log) == ["busy"]
