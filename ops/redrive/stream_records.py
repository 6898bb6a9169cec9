"""Reads the records of a DynamoDB stream that a function failed on.

A letter has only their position.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from ops.redrive.errors import CannotRedrive
from ops.redrive.letters import Letter

_NO_POSITION = "has no position in a stream"
_GONE = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException"})
_PATIENCE = 10
"""Empty answers in a row before giving up: a shard may need several calls for its next record."""


class StreamRecords:
    """DynamoDB Streams, by botocore's client.

    Needs ``dynamodb:GetShardIterator`` and ``GetRecords``. A stream keeps a record for 24 hours.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def event(self, letter: Letter) -> bytes:
        """Return the event that the mapping made from the records, as JSON.

        It contains all records from the first to the last. The mapping's filter would drop some
        of them, so the function must ignore those.

        Raises:
            CannotRedrive: the letter has no position in a stream, or the records have expired.
        """
        try:
            place = letter.content()["DDBStreamBatchInfo"]
            stream, shard, start = (
                str(place[key]) for key in ("streamArn", "shardId", "startSequenceNumber")
            )
            first, last = int(start), int(place["endSequenceNumber"])
        except (KeyError, TypeError, ValueError):
            raise CannotRedrive(_NO_POSITION) from None
        try:
            records = list(self._records(stream, shard, start, last))
        except ParamValidationError:
            raise CannotRedrive(_NO_POSITION) from None
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "ValidationException":
                raise CannotRedrive(_NO_POSITION) from None
            if code not in _GONE:
                raise
            records = []
        numbers = [_number(record) for record in records]
        if not {first, last} <= set(numbers):
            raise CannotRedrive("has left the stream, which keeps records for 24 hours")
        event = {"Records": [_as_lambda_does(record, stream) for record in records]}
        return json.dumps(event, default=_plain).encode()

    def _records(self, stream: str, shard: str, start: str, last: int) -> Iterator[dict[str, Any]]:
        iterator = self._client.get_shard_iterator(
            StreamArn=stream,
            ShardId=shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=start,
        )["ShardIterator"]
        empty = 0
        while iterator and empty < _PATIENCE:
            answer = self._client.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                if _number(record) > last:
                    return
                yield record
                if _number(record) == last:
                    return
            empty = 0 if answer["Records"] else empty + 1
            iterator = answer.get("NextShardIterator")


def _number(record: dict[str, Any]) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def _as_lambda_does(record: dict[str, Any], stream: str) -> dict[str, Any]:
    """Return a record of the API in the form of an event: with its source, and other capitals."""
    event = {**record, "eventSourceARN": stream}
    if who := record.get("userIdentity"):  # DynamoDB itself, which deletes what has expired
        event["userIdentity"] = {"type": who["Type"], "principalId": who["PrincipalId"]}
    return event


def _plain(value: Any) -> Any:
    """Return what JSON lacks as Lambda writes it: times as seconds since 1970, bytes as base64."""
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"a {type(value).__name__} in a stream's record")
