"""The two tables, the queue and the clock of an invocation, in memory."""

import json
from types import SimpleNamespace
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.paginate import Paginator

_PAGINATORS = botocore.session.get_session().get_data("dynamodb/2012-08-10/paginators-1")
_QUERY = _PAGINATORS["pagination"]["Query"]

Item = dict[str, dict[str, str]]


class ConditionalCheckFailed(Exception):
    pass


class InvalidMessageContents(Exception):
    pass


def failure(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class Context:
    """An invocation whose time runs out after it has read the clock ``calls`` times."""

    aws_request_id = "8f6c1c9e-6f0a-4c7e-9d52-0a1f6f6c2b11"

    def __init__(self, calls: int = 1_000_000, millis: int = 60_000) -> None:
        self.calls = calls
        self.millis = millis

    def get_remaining_time_in_millis(self) -> int:
        self.calls -= 1
        return self.millis if self.calls >= 0 else 0


class Table:
    """Users or ledger entries by id; its one index is queried ``page_size`` items at a time.

    It supports the expressions that the code under test uses, and fails on any other.
    """

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailed)

    def __init__(self, *items: Item, page_size: int = 2) -> None:
        self.items: dict[str, Item] = {item["id"]["S"]: item for item in items}
        self.page_size = page_size
        self.queries: list[dict[str, Any]] = []
        self.deleted: list[str] = []
        self.fail: dict[str, Exception] = {}
        self.meanwhile: Any = lambda: None

    def get_paginator(self, operation: str) -> Paginator:
        assert operation == "query"
        return Paginator(self.query, _QUERY, None)

    def query(self, **query: Any) -> dict[str, Any]:
        self._check("query", query)
        self.queries.append(query)
        values = query["ExpressionAttributeValues"]
        if query["IndexName"] == "welcome-pending":
            assert query["KeyConditionExpression"] == "welcome = :pending AND welcome_due <= :now"
            rank = "welcome_due"
            found = [
                item
                for item in self.items.values()
                if item.get("welcome") == values[":pending"]
                and int(item[rank]["N"]) <= int(values[":now"]["N"])
            ]
        else:
            assert query["IndexName"] == "by-expiry"
            assert query["KeyConditionExpression"] == "expires_day = :day AND expires < :now"
            rank = "expires"
            found = [
                item
                for item in self.items.values()
                if item["expires_day"] == values[":day"]
                and int(item[rank]["N"]) < int(values[":now"]["N"])
            ]
        found.sort(key=lambda item: (int(item[rank]["N"]), item["id"]["S"]))
        if start := query.get("ExclusiveStartKey"):
            after = (int(start[rank]["N"]), start["id"]["S"])
            found = [i for i in found if (int(i[rank]["N"]), i["id"]["S"]) > after]
        page = [dict(item) for item in found[: self.page_size]]
        answer: dict[str, Any] = {"Items": page, "Count": len(page)}
        # Like DynamoDB: a full page has a key even if nothing follows.
        if len(page) == self.page_size:
            answer["LastEvaluatedKey"] = {name: page[-1][name] for name in ("id", rank)}
        if page:  # between the index being read and its items being handled
            self.meanwhile()
        return answer

    def delete_item(self, **call: Any) -> None:
        self._check("delete_item", call)
        assert call["ConditionExpression"] == "expires < :now"
        key = call["Key"]["id"]["S"]
        now = int(call["ExpressionAttributeValues"][":now"]["N"])
        if key not in self.items or int(self.items[key]["expires"]["N"]) >= now:
            raise ConditionalCheckFailed
        del self.items[key]
        self.deleted.append(key)

    def update_item(self, **call: Any) -> None:
        self._check("update_item", call)
        assert call["ConditionExpression"] == "welcome = :pending AND welcome_due = :due"
        values = call["ExpressionAttributeValues"]
        user = self.items.get(call["Key"]["id"]["S"], {})
        if user.get("welcome") != values[":pending"] or user["welcome_due"] != values[":due"]:
            raise ConditionalCheckFailed
        if call["UpdateExpression"].startswith("SET welcome_due"):
            assert call["UpdateExpression"] == "SET welcome_due = :next ADD welcome_attempts :one"
            user["welcome_due"] = values[":next"]
            attempts = int(user.get("welcome_attempts", {"N": "0"})["N"])
            user["welcome_attempts"] = {"N": str(attempts + int(values[":one"]["N"]))}
        else:
            assert call["UpdateExpression"] == (
                "SET welcome_abandoned = :at REMOVE welcome, welcome_due, welcome_attempts"
            )
            user["welcome_abandoned"] = values[":at"]
            for name in ("welcome", "welcome_due", "welcome_attempts"):
                user.pop(name, None)

    def _check(self, operation: str, call: dict[str, Any]) -> None:
        assert call["TableName"] == "table"
        if operation in self.fail:
            raise self.fail[operation]


class Queue:
    exceptions = SimpleNamespace(InvalidMessageContents=InvalidMessageContents)

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.fail: Exception | None = None

    def send_message(self, **call: Any) -> None:
        assert call["QueueUrl"] == "https://queue"
        if "\uffff" in call["MessageBody"]:
            raise InvalidMessageContents
        if self.fail:
            raise self.fail
        user_id = call["MessageAttributes"]["user_id"]["StringValue"]
        self.messages.append({"user_id": user_id, **json.loads(call["MessageBody"])})

    @property
    def welcomed(self) -> list[str]:
        return [message["user_id"] for message in self.messages]
