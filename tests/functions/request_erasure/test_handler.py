"""Requests for erasures: who gets one, and how often it is started."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.erasure_store import ErasureStore
from handlers.domain.user_store import UserStore
from handlers.request_erasure.request_erasure import request_erasure
from tests.support import samples
from tests.support.fakes import NOW, USER, FakeDynamoDB, cancelled, log, logged_text, outcomes
from tests.support.machine import FakeExecutions

__all__ = ["log"]

ERASURE = "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"


class World:
    """A user, and the state machine that erases users."""

    def __init__(self) -> None:
        self.event = samples.event("request_erasure")
        self.client = FakeDynamoDB()
        user = samples.user_of(self.event) | {"welcome": {"S": "pending"}}
        self.client.tables = {"users": {USER.id: user}, "erasures": {}}
        self.executions = FakeExecutions()

    def asks(self, user: str = USER.id) -> tuple[int, Any, str | None]:
        self.event["pathParameters"]["id"] = user
        erasures = ErasureStore(self.client, "erasures", users_table="users", now=lambda: NOW)
        answer = request_erasure(self.event, erasures=erasures, executions=self.executions)
        return answer["statusCode"], json.loads(answer["body"]), answer["headers"].get("Location")


def test_an_erasure_is_begun(log: pytest.LogCaptureFixture) -> None:
    world = World()
    assert world.asks() == (
        202,
        {
            "id": ERASURE,
            "user": USER.id,
            "state": "running",
            "objects": 0,
            "requested": "2026-11-23T03:28:47Z",
        },
        f"../erasures/{ERASURE}",
    )
    assert world.executions.started == [(f"{ERASURE}-1", {"erasure": ERASURE, "trace": ""})]
    assert outcomes(log) == ["running"]
    assert "ada" not in logged_text(log).lower()


def test_from_then_on_the_user_counts_as_absent_and_no_sweep_finds_them() -> None:
    world = World()
    world.asks()
    user = world.client.tables["users"][USER.id]
    assert "welcome" not in user
    assert UserStore(world.client, "users").get(USER.id, None) is None


def test_asked_twice_it_runs_once() -> None:
    world = World()
    first = world.asks()
    assert world.asks() == first
    assert len(world.executions.started) == 1


def test_a_request_that_was_interrupted_is_completed() -> None:
    world = World()
    world.executions.errors = [RuntimeError()]
    with pytest.raises(RuntimeError):
        world.asks()
    assert world.executions.started == []
    assert world.asks()[0] == 202
    assert [name for name, _ in world.executions.started] == [f"{ERASURE}-1"]


def test_what_failed_is_started_again(log: pytest.LogCaptureFixture) -> None:
    world = World()
    world.asks()
    world.executions.statuses[f"{ERASURE}-1"] = "failed"
    assert world.asks()[1]["state"] == "running"
    assert world.asks()[1]["state"] == "running"
    assert [name for name, _ in world.executions.started] == [f"{ERASURE}-1", f"{ERASURE}-2"]
    assert outcomes(log) == ["running", "restarted", "running"]


def test_what_is_done_stays_done_and_the_user_may_be_gone() -> None:
    world = World()
    world.asks()
    del world.client.tables["users"][USER.id]
    world.client.tables["erasures"][ERASURE]["done"] = {"N": str(int(NOW) + 60)}
    status, body, _ = world.asks()
    assert (status, body["state"], body["done"]) == (202, "done", "2026-11-23T03:29:47Z")
    assert len(world.executions.started) == 1


def test_another_request_may_be_faster() -> None:
    world = World()
    world.client.errors = []
    transact = world.client.transact_write_items

    def late(**params: Any) -> None:
        transact(**params)
        raise cancelled([{"Code": "TransactionConflict"}])

    world.client.transact_write_items = late  # type: ignore[method-assign]
    assert world.asks()[0] == 202
    assert len(world.executions.started) == 1


@pytest.mark.parametrize("user", ["nobody", "", "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFH"])
def test_nobody_is_not_found(user: str, log: pytest.LogCaptureFixture) -> None:
    world = World()
    assert world.asks(user) == (404, {"error": "User not found"}, None)
    assert (outcomes(log), world.executions.started) == (["not_found"], [])


@given(st.text())
def test_no_text_but_the_users_id_starts_anything(user: str) -> None:
    world = World()
    assert world.asks(user)[0] == 404
    assert world.client.tables["erasures"] == {}
