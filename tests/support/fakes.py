"""Fakes that the tests of several functions share."""

import copy
import gc
import logging
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from handlers.domain.ledger import AlreadyDone, Busy, Claim
from handlers.domain.user import NewUser, User
from handlers.domain.user_store import EmailTaken, KeyReused, Stored
from handlers.runtime.caller import Caller

NOW = 1_795_404_527.25  # 2026-11-23T03:28:47Z
USER = User(
    "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG", "Ada Lovelace", "ada@example.com", "2026-11-23T03:28:47Z"
)


def outcomes(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the logged outcomes, in their order."""
    return [record.outcome for record in caplog.records if hasattr(record, "outcome")]


def logged_text(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that was logged, extra fields included."""
    return "\n".join(repr(vars(record)) for record in caplog.records)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="app")
    return caplog


@pytest.fixture
def small_heap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Collect no garbage but the test's: looking through all that the suite has made takes long."""
    gc.freeze()
    monkeypatch.setattr(gc, "unfreeze", lambda: None)


@dataclass
class FakeContext:
    """Lambda's context."""

    aws_request_id: str = "6bc28136-xmpl-4365-b021-0ce6b2e64ab0"
    millis: int = 30_000

    def get_remaining_time_in_millis(self) -> int:
        return self.millis


@dataclass
class FakeUsers:
    """Users in memory."""

    users: dict[str, User] = field(default_factory=dict)
    keys: dict[str, tuple[NewUser, User]] = field(default_factory=dict)
    welcomed: list[str] = field(default_factory=list)
    error: Exception | None = None

    def create(
        self, new: NewUser, *, idempotency_key: str | None, owner: str | None = None
    ) -> Stored:
        if self.error:
            raise self.error
        if idempotency_key in self.keys:
            first, user = self.keys[idempotency_key]
            if first != new:
                raise KeyReused
            return Stored(user, replayed=True)
        if any(user.email.lower() == new.email.lower() for user in self.users.values()):
            raise EmailTaken
        user = User(f"user_{len(self.users):026}", new.name, new.email, "2026-11-23T03:28:47Z")
        self.users[user.id] = user
        if idempotency_key is not None:
            self.keys[idempotency_key] = (new, user)
        return Stored(user, replayed=False)

    def get(self, user_id: str, reader: Caller | None) -> User | None:
        if self.error:
            raise self.error
        return self.users.get(user_id)

    def mark_welcomed(self, user_id: str) -> None:
        if self.error:
            raise self.error
        self.welcomed.append(user_id)


@dataclass
class FakeEntries:
    """A ledger in memory; leases end when the test says so."""

    states: dict[str, str] = field(default_factory=dict)
    completed: list[tuple[str, str, str]] = field(default_factory=list)
    complete_error: Exception | None = None

    def claim(self, entry_id: str, *, owner: str, lease_seconds: float) -> Claim:
        state = self.states.get(entry_id)
        if state == "done":
            raise AlreadyDone
        if state not in (None, owner):
            raise Busy
        self.states[entry_id] = owner
        return Claim(entry_id, owner, "")

    def complete(self, claim: Claim, *, kind: str, outcome: str) -> None:
        if self.complete_error:
            raise self.complete_error
        self.states[claim.entry_id] = "done"
        self.completed.append((claim.entry_id, kind, outcome))

    def release(self, claim: Claim) -> None:
        self.states.pop(claim.entry_id)

    end_lease = release


@cache
def _dynamodb() -> Any:
    return botocore.session.get_session().create_client(
        "dynamodb",
        region_name="us-east-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )


class FakeDynamoDB:
    """DynamoDB in memory, as far as this project's stores use it.

    Parameters are checked against botocore's model of the service. Conditions are evaluated: names
    and values compare as strings or numbers, and whatever is compared with nothing is false.
    """

    def __init__(self) -> None:
        self.exceptions = _dynamodb().exceptions
        self.tables: dict[str, dict[str, dict[str, Any]]] = {}
        self.calls: list[str] = []
        self.errors: list[Exception] = []

    def get_item(self, **params: Any) -> dict[str, Any]:
        self._begin("GetItem", params)
        item = self._find(params["TableName"], _id(params["Key"]))
        return {"Item": copy.deepcopy(item)} if item else {}

    def batch_get_item(self, **params: Any) -> dict[str, Any]:
        self._begin("BatchGetItem", params)
        [(table, asked)] = params["RequestItems"].items()
        ids = [_id(key) for key in asked["Keys"]]
        assert len(set(ids)) == len(ids) <= 100, "DynamoDB refuses the call"
        found = [item for id_ in ids if (item := self._find(table, id_))]
        return {"Responses": {table: copy.deepcopy(found)}, "UnprocessedKeys": {}}

    def query(self, **params: Any) -> dict[str, Any]:
        """Return the items of a user, the newest first, as ``UploadStore.page`` asks for them.

        Or those of a topic, as ``LiveStore`` asks for them.
        """
        self._begin("Query", params)
        if params["KeyConditionExpression"] == "topic = :topic":
            values = params["ExpressionAttributeValues"]
            assert params["FilterExpression"] == "expires > :now"
            return {
                "Items": [
                    copy.deepcopy(item)
                    for item in self._table(params).values()
                    if item["topic"] == values[":topic"]
                    and int(item["expires"]["N"]) > int(values[":now"]["N"])
                ]
            }
        assert params["KeyConditionExpression"].startswith("#user = :user")
        values = params["ExpressionAttributeValues"]
        before = values.get(":before", {"S": "~"})["S"]
        found = [
            copy.deepcopy(item)
            for item in self._table(params).values()
            if item["user"] == values[":user"] and item["id"]["S"] < before
        ]
        found.sort(key=lambda item: item["id"]["S"], reverse=not params["ScanIndexForward"])
        return {"Items": found[: params["Limit"]]}

    def put_item(self, **params: Any) -> None:
        self._begin("PutItem", params)
        if not self._holds(params):
            raise self._refused("PutItem", params)
        self._table(params)[_id(params["Item"])] = params["Item"]

    def delete_item(self, **params: Any) -> dict[str, Any]:
        self._begin("DeleteItem", params)
        item = self._table(params).pop(_id(params["Key"]), None)
        return {"Attributes": item} if item and params.get("ReturnValues") == "ALL_OLD" else {}

    def update_item(self, **params: Any) -> dict[str, Any]:
        self._begin("UpdateItem", params)
        if not self._holds(params):
            raise self._refused("UpdateItem", params)
        return {"Attributes": copy.deepcopy(self._update(params))}

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        item = self._table(params).setdefault(params["Key"]["id"]["S"], dict(params["Key"]))
        names = params.get("ExpressionAttributeNames", {})
        values = params.get("ExpressionAttributeValues", {})
        words = re.split(r"\b(SET|REMOVE|ADD|DELETE) ", params["UpdateExpression"])
        for clause, parts in zip(words[1::2], words[2::2], strict=True):
            for part in parts.strip().split(", "):
                token, _, value = part.replace(" = ", " ").partition(" ")
                name = names.get(token, token)
                if clause == "SET":
                    item[name] = values[value]
                elif clause == "REMOVE":
                    item.pop(name, None)
                elif "N" in values[value]:
                    before = int(item.get(name, {"N": "0"})["N"])
                    item[name] = {"N": str(before + int(values[value]["N"]))}
                else:  # of string sets
                    members, change = (
                        set(item.pop(name, {"SS": []})["SS"]),
                        set(values[value]["SS"]),
                    )
                    if members := members | change if clause == "ADD" else members - change:
                        item[name] = {"SS": sorted(members)}
        return item

    def transact_write_items(self, **params: Any) -> None:
        self._begin("TransactWriteItems", {"ClientRequestToken": "token", **params})
        writes = [next(iter(write.items())) for write in params["TransactItems"]]
        if not all(self._holds(write) for _, write in writes):
            reasons = [
                {"Code": "None"}
                if self._holds(write)
                else {"Code": "ConditionalCheckFailed", "Item": self._old(write)}
                for _, write in writes
            ]
            raise cancelled(reasons)
        for kind, write in writes:
            if kind == "Put":
                self._table(write)[write["Item"]["id"]["S"]] = write["Item"]
            elif kind == "Update":
                self._update(write)
            else:
                self._table(write).pop(write["Key"]["id"]["S"], None)

    def _begin(self, operation: str, params: dict[str, Any]) -> None:
        self.calls.append(operation)
        shape = _dynamodb().meta.service_model.operation_model(operation).input_shape
        report = ParamValidator().validate(params, shape)
        assert not report.has_errors(), report.generate_report()
        if self.errors:
            raise self.errors.pop(0)

    def _table(self, params: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return self.tables.setdefault(params["TableName"], {})

    def _find(self, table: str, item_id: str) -> dict[str, Any] | None:
        return self.tables.get(table, {}).get(item_id)

    def _old(self, params: dict[str, Any]) -> dict[str, Any]:
        key = params.get("Key") or params["Item"]
        return copy.deepcopy(self._find(params["TableName"], _id(key)) or {})

    def _refused(self, operation: str, params: dict[str, Any]) -> Exception:
        code = "ConditionalCheckFailedException"
        response = {"Error": {"Code": code, "Message": ""}}
        if params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
            response["Item"] = self._old(params)
        error: Exception = self.exceptions.ConditionalCheckFailedException(response, operation)
        return error

    def _holds(self, params: dict[str, Any]) -> bool:
        if "ConditionExpression" not in params:
            return True
        item = self._old(params)
        names = params.get("ExpressionAttributeNames", {})
        values = params.get("ExpressionAttributeValues", {})

        def value(token: str) -> "Operand":
            found = values.get(token) if token[0] == ":" else item.get(names.get(token, token))
            if found is None:
                return Operand(None)
            return Operand(float(found["N"]) if "N" in found else found["S"])

        python = re.sub(r"[#:]?\b[a-z_]+\b(?!\()", lambda m: f"value({m[0]!r})", _lower(params))
        python = re.sub(r"attribute_not_exists\((.*?\))\)", r"(not \1.there)", python)
        python = re.sub(r"attribute_exists\((.*?\))\)", r"\1.there", python)
        python = python.replace(" = ", " == ").replace(" AND ", " and ").replace(" OR ", " or ")
        return bool(eval(python, {"value": value}))  # tests' own expressions


def _id(key: dict[str, Any]) -> str:
    return " ".join(key[name]["S"] for name in ("topic", "id") if name in key)


def _lower(params: dict[str, Any]) -> str:
    return str(params["ConditionExpression"])


@dataclass(frozen=True)
class Operand:
    """A side of a comparison, which may be absent."""

    content: str | float | None

    @property
    def there(self) -> bool:
        return self.content is not None

    def __lt__(self, other: "Operand") -> bool:
        return self.there and other.there and self.content < other.content  # type: ignore[operator]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Operand) and self.there and self.content == other.content

    __hash__ = None  # type: ignore[assignment]


def cancelled(reasons: list[dict[str, Any]]) -> Exception:
    """Make the error of a cancelled transaction, as botocore raises it."""
    error: Exception = _dynamodb().exceptions.TransactionCanceledException(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
            "CancellationReasons": reasons,
            "ResponseMetadata": {"HTTPStatusCode": 400},
        },
        "TransactWriteItems",
    )
    return error


def client_error(code: str, *, status: int = 400, operation: str = "Any") -> Exception:
    """Make botocore's error of a call."""
    from botocore.exceptions import ClientError

    return ClientError(
        {
            "Error": {"Code": code, "Message": "canary@example.com is not allowed"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )
