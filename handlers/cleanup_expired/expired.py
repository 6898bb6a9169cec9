"""Expired ledger entries: deletes them within the hour, where TTL takes up to a few days."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from handlers.runtime import clock
from handlers.runtime.log import outcome

LOOK_BACK_DAYS = 7
"""Days before today that are searched. TTL deletes older entries, "within a few days":
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html."""

_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Expired:
    """The ledger's expired entries.

    Calls ``dynamodb:Query`` on the index ``by-expiry`` and ``dynamodb:DeleteItem`` on the table.
    """

    dynamodb: Any
    table: str

    def delete(self, *, now: int, stop: Callable[[], bool]) -> int:
        """Delete expired entries, oldest first.

        A deleted entry leaves the index, so the next run begins where this one ended. An entry is
        deleted only if it is still expired: a worker may have claimed it again since the index was
        read.

        Outcomes: one ``expired_deleted`` with ``count``, even if a call fails; ``stopped_early``
        if time runs out.

        Args:
            now: epoch seconds.
            stop: called before each entry; returns true when time has run out.

        Returns:
            The number of deleted entries.
        """
        count = 0
        try:
            for key in self._due(now):
                if stop():
                    outcome("stopped_early", level=logging.WARNING, part="expired")
                    break
                count += self._delete(key, now)
        finally:
            outcome("expired_deleted", count=count)
        return count

    def _due(self, now: int) -> Iterator[dict[str, Any]]:
        query = self.dynamodb.get_paginator("query")
        for days_back in range(LOOK_BACK_DAYS, -1, -1):
            pages = query.paginate(
                TableName=self.table,
                IndexName="by-expiry",
                KeyConditionExpression="expires_day = :day AND expires < :now",
                ProjectionExpression="id",
                ExpressionAttributeValues={
                    ":day": {"S": clock.day(now - days_back * _DAY)},
                    ":now": {"N": str(now)},
                },
            )
            for page in pages:
                yield from page["Items"]

    def _delete(self, key: dict[str, Any], now: int) -> bool:
        try:
            self.dynamodb.delete_item(
                TableName=self.table,
                Key={"id": key["id"]},
                ConditionExpression="expires < :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return False  # claimed again, or deleted by TTL or another run
        return True
