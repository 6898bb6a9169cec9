"""How far an erasure is, as its execution and its item tell."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.erasure_store import ErasureStore
from handlers.get_erasure.get_erasure import get_erasure
from handlers.runtime.executions import Status
from tests.support import samples
from tests.support.fakes import NOW, FakeDynamoDB, log, outcomes
from tests.support.machine import FakeExecutions

__all__ = ["log"]

ERASURE = "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"
ITEM = {
    "id": {"S": ERASURE},
    "requested": {"N": str(int(NOW))},
    "attempt": {"N": "3"},
    "objects": {"N": "12"},
}
DONE = {"done": {"N": str(int(NOW) + 60)}}


def get(
    item: dict[str, Any] | None, execution: Status | None, erasure: str = ERASURE
) -> tuple[int, Any]:
    client, event = FakeDynamoDB(), samples.event("get_erasure")
    client.tables["erasures"] = {ERASURE: item} if item else {}
    event["pathParameters"]["id"] = erasure
    executions = FakeExecutions()
    if execution:
        executions.statuses[f"{ERASURE}-3"] = execution
    answer = get_erasure(event, erasures=ErasureStore(client, "erasures"), executions=executions)
    return answer["statusCode"], json.loads(answer["body"])


@pytest.mark.parametrize(
    ("item", "execution", "state"),
    [
        (ITEM, "running", "running"),
        (ITEM, "failed", "failed"),
        (ITEM, None, "failed"),  # it was never started
        (ITEM | DONE, None, "done"),  # whatever Step Functions has forgotten
        (ITEM | DONE, "failed", "done"),
        (ITEM, "done", "done"),
    ],
)
def test_states(item: Any, execution: Status | None, state: str) -> None:
    status, body = get(item, execution)
    assert (status, body["state"], body["objects"]) == (200, state, 12)
    assert ("done" in body) == ("done" in item)


def test_an_address_that_waits_is_not_shown() -> None:
    item = ITEM | {"confirm_to": {"S": "ada@example.com"}, "owner": {"S": "a" * 64}}
    _, body = get(item, "running")
    assert set(body) == {"id", "user", "state", "objects", "requested"}


def test_nothing_is_not_found(log: pytest.LogCaptureFixture) -> None:
    assert get(None, None) == (404, {"error": "Erasure not found"})
    assert outcomes(log) == ["not_found"]


@given(st.text())
def test_no_other_text_is_an_erasure(erasure: str) -> None:
    assert get(ITEM, "running", erasure) == (404, {"error": "Erasure not found"})
