from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from handlers.domain.email_address import guard_id
from handlers.domain.user import NewUser, is_user_id
from handlers.domain.user_items import created_entry, created_id
from handlers.domain.user_store import EmailTaken, KeyReused, UserStore
from handlers.runtime.faults import Unavailable
from tests.support.fakes import NOW, USER, FakeDynamoDB, cancelled, client_error

ADA = NewUser("Ada Lovelace", "Ada@Example.com")
CONFLICT = {"Code": "TransactionConflict"}
NONE = {"Code": "None"}


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client() -> FakeDynamoDB:
    return FakeDynamoDB()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def store(client: FakeDynamoDB, clock: Clock, pauses: list[float]) -> UserStore:
    return UserStore(client, "users", ledger_table="ledger", now=clock, sleep=pauses.append)


def test_user_and_guard_are_written(store: UserStore, client: FakeDynamoDB) -> None:
    user = store.create(ADA, idempotency_key=None).user
    assert is_user_id(user.id)
    assert client.tables == {
        "users": {
            user.id: {
                "id": {"S": user.id},
                "name": {"S": "Ada Lovelace"},
                "email": {"S": "Ada@Example.com"},
                "created": {"S": "2026-11-23T03:28:47Z"},
                "created_day": {"S": "2026-11-23"},
                "welcome": {"S": "pending"},
                "welcome_due": {"N": "1795408127"},
                "welcome_attempts": {"N": "0"},
            },
            guard_id("ada@example.com"): {
                "id": {"S": guard_id("ada@example.com")},
                "user_id": {"S": user.id},
            },
        },
        "ledger": {created_id(user.id): created_entry(user.id, NOW)},
    }
    assert user.id not in str(client.tables["ledger"])
    assert store.get(user.id, None) == user


def test_key_is_written_in_the_same_transaction(store: UserStore, client: FakeDynamoDB) -> None:
    user = store.create(ADA, idempotency_key="key").user
    assert client.calls == ["TransactWriteItems"]
    [(item_id, item), (counted, _)] = client.tables["ledger"].items()
    assert counted == created_id(user.id)
    digest = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"  # of "key"
    assert item_id == f"idempotency#{digest}"
    assert item["user_id"] == {"S": user.id}
    assert item["kind"] == {"S": "idempotency"}
    assert item["expires"] == {"N": str(int(NOW) + 86_400)}
    assert item["expires_day"] == {"S": "2026-11-24"}
    assert "day" not in item


def test_address_in_other_letters_is_taken(store: UserStore, client: FakeDynamoDB) -> None:
    store.create(ADA, idempotency_key=None)
    for key in (None, "key"):
        with pytest.raises(EmailTaken):
            store.create(NewUser("Bob", "ada@EXAMPLE.com"), idempotency_key=key)
    assert len(client.tables["users"]) == 2
    assert len(client.tables["ledger"]) == 1


def test_same_key_and_body_give_the_first_answer(store: UserStore, clock: Clock) -> None:
    first = store.create(ADA, idempotency_key="key")
    clock.now += 86_000
    second = store.create(ADA, idempotency_key="key")
    assert second.replayed
    assert not first.replayed
    assert second.user == first.user


def test_same_key_and_another_body_are_refused(store: UserStore) -> None:
    store.create(ADA, idempotency_key="key")
    for other in (NewUser("Ada", ADA.email), NewUser(ADA.name, "bob@example.com")):
        with pytest.raises(KeyReused):
            store.create(other, idempotency_key="key")


def test_expired_key_counts_as_absent(store: UserStore, clock: Clock) -> None:
    first = store.create(ADA, idempotency_key="key")
    clock.now += 86_402
    second = store.create(NewUser("Bob", "bob@example.com"), idempotency_key="key")
    assert not second.replayed
    assert second.user.id != first.user.id


@pytest.mark.parametrize(
    "reasons",
    [
        [NONE, CONFLICT],
        [NONE, NONE, CONFLICT],
        [NONE, NONE, NONE, CONFLICT],
        # Refused by the guard while the key's own transaction runs: perhaps our own first try.
        [NONE, {"Code": "ConditionalCheckFailed"}, CONFLICT],
        [{"Code": "ThrottlingError"}, NONE],
    ],
)
def test_conflicts_are_tried_again(
    store: UserStore, client: FakeDynamoDB, pauses: list[float], reasons: list[dict[str, Any]]
) -> None:
    client.errors = [cancelled(reasons)] * 5
    assert not store.create(ADA, idempotency_key="key").replayed
    assert len(pauses) == 5
    assert pauses == sorted(pauses)
    assert 1 < sum(pauses) < 4


def test_endless_conflicts_are_unavailable(store: UserStore, client: FakeDynamoDB) -> None:
    client.errors = [cancelled([NONE, CONFLICT])] * 6
    with pytest.raises(Unavailable):
        store.create(ADA, idempotency_key=None)
    assert len(client.calls) == 6


@pytest.mark.parametrize(
    "error",
    [
        cancelled([{"Code": "ValidationError"}, NONE]),
        cancelled([{"Code": "ConditionalCheckFailed"}, NONE]),
        client_error("AccessDeniedException"),
    ],
)
def test_other_errors_propagate(store: UserStore, client: FakeDynamoDB, error: Exception) -> None:
    client.errors = [error]
    with pytest.raises(type(error)) as caught:
        store.create(ADA, idempotency_key=None)
    assert caught.value is error


def test_throttling_is_unavailable(store: UserStore, client: FakeDynamoDB) -> None:
    for call in (
        lambda: store.create(ADA, idempotency_key=None),
        lambda: store.get("user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG", None),
        lambda: store.mark_welcomed("user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"),
    ):
        client.errors = [client_error("ProvisionedThroughputExceededException")]
        with pytest.raises(Unavailable):
            call()


@pytest.mark.parametrize("user_id", ["", "x", guard_id("ada@example.com"), "user_"])
def test_an_id_of_another_form_is_not_looked_up(
    store: UserStore, client: FakeDynamoDB, user_id: str
) -> None:
    store.create(ADA, idempotency_key=None)
    client.calls.clear()
    assert store.get(user_id, None) is None
    assert client.calls == []


def test_unknown_user(store: UserStore) -> None:
    assert store.get("user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG", None) is None


def test_marked_once(store: UserStore, client: FakeDynamoDB, clock: Clock) -> None:
    user = store.create(ADA, idempotency_key=None).user
    store.mark_welcomed(user.id)
    clock.now += 60
    store.mark_welcomed(user.id)
    item = client.tables["users"][user.id]
    assert item["welcomed"] == {"S": "2026-11-23T03:28:47Z"}
    assert not {"welcome", "welcome_due", "welcome_attempts"} & set(item)


def test_marking_creates_no_user(store: UserStore, client: FakeDynamoDB) -> None:
    store.mark_welcomed("user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG")
    assert client.tables.get("users", {}) == {}


def test_a_user_just_created_is_found() -> None:
    client = botocore.session.get_session().create_client(
        "dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stubber:
        stubber.add_response(
            "get_item",
            {},
            {
                "TableName": "users",
                "Key": {"id": {"S": USER.id}},
                "ConsistentRead": True,
                "ProjectionExpression": "id, #name, email, created, #owner, erasing",
                "ExpressionAttributeNames": {"#name": "name", "#owner": "owner"},
            },
        )
        assert UserStore(client, "users").get(USER.id, None) is None


def test_botocore_returns_the_reasons_where_the_store_reads_them() -> None:
    client = botocore.session.get_session().create_client(
        "dynamodb", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"id": {"S": "g"}}}]
    with Stubber(client) as stubber:
        stubber.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": reasons},
        )
        with pytest.raises(EmailTaken):
            UserStore(client, "users", ledger_table="ledger").create(ADA, idempotency_key=None)


class Throttled:
    """A client of which each answer leaves out all users but the first."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.answers = True

    def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803  botocore's name
        keys = RequestItems["users"]["Keys"]
        self.asked.append(len(keys))
        first, rest = (keys[:1], keys[1:]) if self.answers else ([], keys)
        found = [{**key, "name": key["id"], "email": key["id"], "created": key["id"]}
                 for key in first]  # fmt: skip
        unprocessed = {"users": {"Keys": rest}} if rest else {}
        return {"Responses": {"users": found}, "UnprocessedKeys": unprocessed}


def test_users_that_dynamodb_leaves_out_are_asked_for_again() -> None:
    client, pauses = Throttled(), list[float]()
    store = UserStore(client, "users", sleep=pauses.append)
    ids = [f"user_{number:026}" for number in range(3)]
    found = store.get_many([(id_, None) for id_ in ids])
    assert [user and user.id for user in found] == ids
    assert client.asked == [3, 2, 1]
    assert len(pauses) == 2


def test_users_that_are_left_out_for_good_do_not_count_as_missing() -> None:
    client = Throttled()
    client.answers = False
    with pytest.raises(Unavailable):
        UserStore(client, "users", sleep=lambda _: None).get_many([(USER.id, None)])
    assert len(client.asked) == 6
