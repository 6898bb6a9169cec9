import json
import time
from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.user import NewUser, new_user_id
from handlers.domain.user_store import UserStore
from handlers.queue_welcome.handler import handler
from handlers.queue_welcome.queue import EmailQueue
from handlers.queue_welcome.queue_welcome import queue_welcomes
from tests.support import samples
from tests.support.fakes import FakeContext, FakeDynamoDB, log, logged_text, outcomes

__all__ = ["log"]


class FakeQueue:
    """A queue that refuses messages to some addresses."""

    def __init__(self, refuses: set[str] = frozenset()) -> None:  # type: ignore[assignment]
        self.refuses = refuses
        self.batches: list[list[str]] = []

    def send(self, messages: list[dict[str, Any]]) -> dict[int, str]:
        addresses = [json.loads(message["MessageBody"])["to"] for message in messages]
        self.batches.append(addresses)
        return {i: "InternalError" for i, to in enumerate(addresses) if to in self.refuses}


def inserted(number: int, **attributes: str | None) -> dict[str, Any]:
    """Return the record of a new user; an attribute that is None is left out."""
    image = {
        "id": new_user_id(number),
        "name": "Ada",
        "email": f"{number}@x.co",
        "welcome": "pending",
        **attributes,
    }
    return {
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": float(number),
            "SequenceNumber": f"s{number}",
            "NewImage": {
                "welcome_due": {"N": str(number + 3600)},
                **{name: {"S": value} for name, value in image.items() if value is not None},
            },
        },
    }


def test_real_event(log: pytest.LogCaptureFixture) -> None:
    queue = FakeQueue()
    response = handler.invoke(samples.event("queue_welcome"), FakeContext(), queue)
    assert response == {"batchItemFailures": []}
    assert queue.batches == [["ada@example.com", "grace@example.com"]]
    assert sorted(outcomes(log)) == ["ignored", "ignored", "queued", "queued"]
    assert not any(word in logged_text(log) for word in ("ada@", "grace@", "Ada", "Grace"))


@given(st.sets(st.integers(0, 34)), st.none() | st.integers(0, 34))
def test_the_first_failure_is_reported_and_ends_the_batch(
    refused: set[int], poison: int | None
) -> None:
    records = [inserted(n, **({"email": ""} if n == poison else {})) for n in range(35)]
    queue = FakeQueue({f"{n}@x.co" for n in refused})
    before_poison = {n for n in refused if poison is None or n < poison}
    first = min(before_poison, default=poison)
    assert queue_welcomes(records, queue) == (None if first is None else f"s{first}")
    sent = [to for batch in queue.batches for to in batch]
    # All before the first failure are sent, in order; nothing from the next batch on.
    last = 35 if poison is None else poison
    if before_poison:
        last = min(last, (min(before_poison) // 10 + 1) * 10)
    assert sent == [f"{n}@x.co" for n in range(last)]
    assert all(len(batch) <= 10 for batch in queue.batches)


@pytest.mark.parametrize(
    "broken", [{"email": ""}, {"name": ""}, {"id": "user_1"}], ids=["email", "name", "id"]
)
def test_an_invalid_user_fails_the_batch_at_its_own_record(
    broken: dict[str, str], log: pytest.LogCaptureFixture
) -> None:
    queue = FakeQueue()
    records = [inserted(1), inserted(2, **broken), inserted(3)]
    assert queue_welcomes(records, queue) == "s2"
    assert queue.batches == [["1@x.co"]]
    assert outcomes(log) == ["queued", "invalid"]


def test_attributes_of_another_type_are_invalid() -> None:
    record = inserted(1)
    record["dynamodb"]["NewImage"]["email"] = {"N": "5"}
    assert queue_welcomes([record], FakeQueue()) == "s1"


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_other_events_are_ignored(name: str) -> None:
    queue = FakeQueue()
    record = {**inserted(1), "eventName": name}
    if name == "REMOVE":
        del record["dynamodb"]["NewImage"]
    assert queue_welcomes([record], queue) is None
    assert queue.batches == []


@pytest.mark.parametrize(
    "user",
    [
        {"welcome": None, "welcomed": "2025-01-01T00:00:00Z"},
        {"welcomed": "2025-01-01T00:00:00Z"},  # put again with both marks, by somebody's tool
        {"welcome": None, "welcome_abandoned": "2025-01-01T00:00:00Z"},
        {"welcome": None},  # imported from elsewhere
        {"welcome": "done"},
        {"welcome": None, "email": ""},  # not new, so its faults are nobody's
    ],
)
def test_an_inserted_user_who_is_not_new_is_not_welcomed(
    user: dict[str, str | None], log: pytest.LogCaptureFixture
) -> None:
    queue = FakeQueue()
    assert queue_welcomes([inserted(1, **user), inserted(2)], queue) is None
    assert queue.batches == [["2@x.co"]]
    assert outcomes(log) == ["ignored", "queued"]


@pytest.mark.parametrize(("seconds", "sent"), [(0, 1), (3_599, 1), (3_600, 0), (90 * 86_400, 0)])
def test_a_pending_user_who_is_restored_when_due_is_left_to_the_sweep(
    seconds: int, sent: int
) -> None:
    record = inserted(1)
    record["dynamodb"]["ApproximateCreationDateTime"] += seconds
    queue = FakeQueue()
    assert queue_welcomes([record], queue) is None
    assert len(queue.batches) == sent


def test_what_creating_a_user_stores_is_new() -> None:
    client = FakeDynamoDB()
    users = UserStore(client, "users", ledger_table="ledger")
    user = users.create(NewUser("Ada", "a@x.co"), idempotency_key=None).user
    image = client.tables["users"][user.id]
    record = inserted(1)
    record["dynamodb"] |= {"NewImage": image, "ApproximateCreationDateTime": time.time()}
    queue = FakeQueue()
    assert queue_welcomes([record], queue) is None
    assert queue.batches == [["a@x.co"]]
    users.mark_welcomed(user.id)
    assert queue_welcomes([record], queue) is None
    assert queue.batches == [["a@x.co"]]


@pytest.fixture
def sqs() -> Any:
    return botocore.session.get_session().create_client(
        "sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


MESSAGES = [{"MessageBody": "a"}, {"MessageBody": "b"}]


def test_the_queue_returns_the_messages_that_were_not_accepted(sqs: Any) -> None:
    with Stubber(sqs) as stubber:
        stubber.add_response(
            "send_message_batch",
            {
                "Successful": [{"Id": "0", "MessageId": "m", "MD5OfMessageBody": "d"}],
                "Failed": [{"Id": "1", "SenderFault": False, "Code": "InternalError"}],
            },
            {
                "QueueUrl": "url",
                "Entries": [{"Id": "0", "MessageBody": "a"}, {"Id": "1", "MessageBody": "b"}],
            },
        )
        assert EmailQueue(sqs, "url").send(MESSAGES) == {1: "InternalError"}
        stubber.add_client_error("send_message_batch", "AccessDenied")
        assert EmailQueue(sqs, "url").send(MESSAGES) == {0: "AccessDenied", 1: "AccessDenied"}


def test_an_unreachable_queue_returns_all_messages(sqs: Any) -> None:
    from botocore.exceptions import EndpointConnectionError

    class Client:
        def send_message_batch(self, **_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="http://x")

    assert EmailQueue(Client(), "url").send(MESSAGES[:1]) == {0: "EndpointConnectionError"}
