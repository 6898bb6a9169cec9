"""A user's uploads in their table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

PAGE = 100
SETTLE_SECONDS = 300
"""How long after a form's end, or after a failed attempt, outputs may still be written: longer than
S3 takes to report a file, and process-upload to process it."""


@dataclass(frozen=True)
class Page:
    """Some uploads of a user.

    Attributes:
        ids: the uploads'.
        open_until: when no file of theirs can come or be processed any more, in epoch seconds.
    """

    ids: list[str]
    open_until: int


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """The table of uploads (``dynamodb:Query``, ``dynamodb:DeleteItem``)."""

    dynamodb: Any
    table: str
    now: Callable[[], float]

    def pages(self, user_id: str) -> Iterator[Page]:
        """Yield a user's uploads; whoever reads deletes a page before asking for the next."""
        while items := self._items(user_id):
            yield Page([item["id"]["S"] for item in items], max(map(self._open_until, items)))

    def delete(self, user_id: str, ids: list[str]) -> None:
        """Delete uploads of a user."""
        for id_ in ids:
            self.dynamodb.delete_item(
                TableName=self.table, Key={"user": {"S": user_id}, "id": {"S": id_}}
            )

    def _items(self, user_id: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.dynamodb.query(
            TableName=self.table,
            KeyConditionExpression="#user = :user",
            ExpressionAttributeNames={"#user": "user", "#state": "state"},
            ExpressionAttributeValues={":user": {"S": user_id}},
            ProjectionExpression="id, deadline, #state",
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=PAGE,
        )["Items"]
        return items

    def _open_until(self, item: dict[str, Any]) -> int:
        """Return when an upload is settled: nothing of it can come after that."""
        until = int(item["deadline"]["N"])
        if item["state"]["S"] in ("processing", "failed"):  # in work, or worth another attempt
            until = max(until, int(self.now()))
        return until + SETTLE_SECONDS
