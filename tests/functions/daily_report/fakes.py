"""The two indexes by day and the bucket, in memory."""

import io
from datetime import date
from typing import Any

import botocore.session
from botocore.exceptions import ClientError
from botocore.paginate import Paginator

_SESSION = botocore.session.get_session()
_QUERY = _SESSION.get_data("dynamodb/2012-08-10/paginators-1")["pagination"]["Query"]
_LIST = _SESSION.get_data("s3/2006-03-01/paginators-1")["pagination"]["ListObjectsV2"]


class Database:
    """Users and ledger entries, each with its day; queried ``page_size`` items at a time."""

    def __init__(self, *, page_size: int = 3) -> None:
        self.page_size = page_size
        self.users: list[str] = []
        self.entries: list[tuple[str, str, str]] = []
        self.queries = 0

    def add(self, day: date | str, *, users: int = 0, **outcomes: int) -> None:
        """Add records: ``file_resized=2, email_welcome=1``."""
        self.users += [str(day)] * users
        for name, count in outcomes.items():
            kind, outcome = name.split("_")
            self.entries += [(str(day), kind, outcome)] * count

    def get_paginator(self, operation: str) -> Paginator:
        assert operation == "query"
        return Paginator(self.query, _QUERY, None)

    def query(self, **query: Any) -> dict[str, Any]:
        self.queries += 1
        assert query["IndexName"] == "by-day"
        assert query["KeyConditionExpression"] == "#day = :day"
        day = query["ExpressionAttributeValues"][":day"]["S"]
        attribute = query["ExpressionAttributeNames"]["#day"]
        if query["TableName"] == "users":
            assert (attribute, query["Select"]) == ("created_day", "COUNT")
            found = [{} for created in self.users if created == day]
        else:
            assert (query["TableName"], attribute) == ("ledger", "day")
            found = [
                {"kind": {"S": kind}, "outcome": {"S": outcome}}
                for on, kind, outcome in self.entries
                if on == day
            ]
        start = int(query.get("ExclusiveStartKey", {"id": {"S": "0"}})["id"]["S"])
        page = found[start : start + self.page_size]
        answer: dict[str, Any] = {"Count": len(page)}
        if query.get("Select") != "COUNT":
            answer["Items"] = page
        if len(page) == self.page_size:
            answer["LastEvaluatedKey"] = {"id": {"S": str(start + self.page_size)}}
        return answer


class Bucket:
    """Objects by key; listed ``page_size`` keys at a time; refuses to overwrite."""

    def __init__(self, *, page_size: int = 5) -> None:
        self.page_size = page_size
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.puts: list[str] = []
        self.fail_on: str | None = None
        self.meanwhile: Any = lambda: None

    def get_paginator(self, operation: str) -> Paginator:
        assert operation == "list_objects_v2"
        return Paginator(self.list, _LIST, None)

    def list(self, **query: Any) -> dict[str, Any]:
        assert query["Bucket"] == "bucket"
        start = query.get("ContinuationToken", "")
        keys = sorted(k for k in self.objects if k.startswith(query["Prefix"]) and k > start)
        page = keys[: self.page_size]
        answer: dict[str, Any] = {"IsTruncated": len(keys) > len(page), "KeyCount": len(page)}
        if page:
            answer["Contents"] = [{"Key": key} for key in page]
        if answer["IsTruncated"]:
            answer["NextContinuationToken"] = page[-1]
        return answer

    def get_object(self, **call: Any) -> dict[str, Any]:
        assert call["Bucket"] == "bucket"
        return {"Body": io.BytesIO(self.objects[call["Key"]])}

    def put_object(self, **call: Any) -> None:
        assert (call["Bucket"], call["IfNoneMatch"]) == ("bucket", "*")
        key = call["Key"]
        self.meanwhile()
        if key == self.fail_on:
            raise ClientError({"Error": {"Code": "InternalError", "Message": "no"}}, "PutObject")
        if key in self.objects:
            raise ClientError(
                {"Error": {"Code": "PreconditionFailed", "Message": "no"}}, "PutObject"
            )
        self.objects[key] = call["Body"]
        self.types[key] = call["ContentType"]
        self.puts.append(key)
