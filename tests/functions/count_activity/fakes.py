"""The table of figures, and the entries that are counted, in memory."""

import copy
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import botocore.session
from botocore.paginate import Paginator
from botocore.validate import ParamValidator

from handlers.domain.activity_event import FIGURES
from handlers.domain.ledger import counted_entry
from tests.support.fakes import NOW, FakeDynamoDB, cancelled

_SESSION = botocore.session.get_session()
_QUERY = _SESSION.get_data("dynamodb/2012-08-10/paginators-1")["pagination"]["Query"]

Item = dict[str, Any]


class Killed(Exception):
    """The function was killed."""


class FiguresTable:
    """DynamoDB with the table of figures, as far as `ActivityStore` uses it.

    Parameters are checked against botocore's model of the service.

    Attributes:
        faults: of the next transactions: ``before`` and ``after`` kill the function before or after
            they take effect, ``conflict`` cancels them.
    """

    def __init__(self) -> None:
        self.exceptions = FakeDynamoDB().exceptions
        self.items: dict[tuple[str, str], Item] = {}
        self.faults: list[str] = []
        self.transactions = 0

    def transact_write_items(self, **params: Any) -> None:
        _check("TransactWriteItems", {"ClientRequestToken": "token", **params})
        self.transactions += 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "before":
            raise Killed
        writes = params["TransactItems"]
        assert len(writes) <= 100
        keys = [_key(w.get("Put", {}).get("Item") or w["Update"]["Key"]) for w in writes]
        assert len(set(keys)) == len(keys), "AWS refuses two writes of one item"
        if fault == "conflict":
            raise cancelled(
                [{"Code": "TransactionConflict"}, *[{"Code": "None"}] * (len(keys) - 1)]
            )
        taken = ["Put" in w and key in self.items for w, key in zip(writes, keys, strict=True)]
        if any(taken):
            raise cancelled([{"Code": "ConditionalCheckFailed" if t else "None"} for t in taken])
        for write, key in zip(writes, keys, strict=True):
            if "Put" in write:
                assert write["Put"]["ConditionExpression"] == "attribute_not_exists(id)"
                self.items[key] = write["Put"]["Item"]
            else:
                self._add(key, write["Update"])
        if fault == "after":
            raise Killed

    def _add(self, key: tuple[str, str], update: Item) -> None:
        item = self.items.setdefault(key, dict(update["Key"]))
        for part in update["UpdateExpression"].removeprefix("ADD ").split(", "):
            name, value = part.split()
            figure = update["ExpressionAttributeNames"][name]
            more = int(update["ExpressionAttributeValues"][value]["N"])
            item[figure] = {"N": str(int(item.get(figure, {"N": "0"})["N"]) + more)}

    def put_item(self, **params: Any) -> None:
        _check("PutItem", params)
        self.items[_key(params["Item"])] = params["Item"]

    def query(self, **params: Any) -> Item:
        _check("Query", params)
        assert params["KeyConditionExpression"] == "id = :id AND #day BETWEEN :first AND :last"
        values = {name: value["S"] for name, value in params["ExpressionAttributeValues"].items()}
        return {
            "Items": [
                copy.deepcopy(item)
                for (item_id, day), item in sorted(self.items.items())
                if item_id == values[":id"] and values[":first"] <= day <= values[":last"]
            ]
        }

    def figures(self) -> Counter[tuple[str, str]]:
        """Return the figures by day and name; those that are 0 are left out."""
        return +Counter(
            {
                (day, figure): int(item[figure]["N"])
                for (item_id, day), item in self.items.items()
                if item_id == "figures"
                for figure in FIGURES
                if figure in item
            }
        )


class Indexes:
    """The two indexes by day, of a ledger and a users table; queried ``page_size`` at a time."""

    def __init__(self, page_size: int = 2) -> None:
        self.page_size = page_size
        self.tables: dict[str, list[Item]] = {"ledger": [], "users": []}

    def get_paginator(self, operation: str) -> Paginator:
        assert operation == "query"
        return Paginator(self.query, _QUERY, None)

    def query(self, **params: Any) -> Item:
        _check("Query", params)
        assert params["IndexName"] == "by-day"
        attribute = params["ExpressionAttributeNames"]["#day"]
        assert attribute == {"ledger": "day", "users": "created_day"}[params["TableName"]]
        values = {name: value["S"] for name, value in params["ExpressionAttributeValues"].items()}
        after = params.get("ExclusiveStartKey", {"id": {"S": values.get(":after", "")}})["id"]["S"]
        found = sorted(
            (
                item
                for item in self.tables[params["TableName"]]
                if item[attribute]["S"] == values[":day"] and item["id"]["S"] > after
            ),
            key=lambda item: item["id"]["S"],
        )
        page = found[: self.page_size]
        answer: Item = {"Count": len(page)}
        if params.get("Select") != "COUNT":
            answer["Items"] = page
        if len(found) > len(page):
            answer["LastEvaluatedKey"] = {"id": page[-1]["id"]}
        return answer


def record(item: Item, number: int, *, written: float, name: str = "INSERT") -> Item:
    """Return a stream's record of an item."""
    return {
        "eventName": name,
        "eventID": f"{number:032}",
        "dynamodb": {
            "ApproximateCreationDateTime": written,
            "SequenceNumber": str(number),
            **({"NewImage": item} if name != "REMOVE" else {}),
        },
    }


def counts(events: Iterable[tuple[date, str]]) -> Counter[tuple[str, str]]:
    """Return figures as ``FiguresTable.figures`` does, of days and names."""
    return Counter((day.isoformat(), figure) for day, figure in events)


def _key(item: Item) -> tuple[str, str]:
    return item["id"]["S"], item["day"]["S"]


def _check(operation: str, params: Item) -> None:
    shape = _SESSION.get_service_model("dynamodb").operation_model(operation).input_shape
    report = ParamValidator().validate(params, shape)
    assert not report.has_errors(), report.generate_report()


def entry(number: int, kind: str = "file", outcome: str = "resized", back: int = 0) -> Any:
    """Return an entry of the ledger, counted some days ago."""
    return counted_entry(f"{kind}#{number}", kind=kind, outcome=outcome, now=NOW - back * 86_400)


def poison(number: int, what: str) -> Any:
    """Return an entry that cannot be counted."""
    item = entry(number)
    match what:
        case "no kind":
            del item["kind"]
        case "no outcome":
            item["outcome"] = {"N": "1"}
        case "no date":
            item["day"] = {"S": "tomorrow"}
        case "another form of date":
            item["day"] = {"S": "20261123"}
        case "no text":
            item["day"] = {"N": "20261123"}
        case "null":
            item["day"] = {"NULL": True}
    return item


POISONS = ["no kind", "no outcome", "no date", "another form of date", "no text", "null"]
