"""What happened on a day: the ledger's entries of it, by the indexes ``by-day``.

Every figure is a count of these, whoever counts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

Items = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Days:
    """The ledger and the users table, by day (``dynamodb:Query`` on both indexes ``by-day``)."""

    dynamodb: Any
    users_table: str
    ledger_table: str

    def outcomes(self, day: date) -> Counter[tuple[str, str]]:
        """Count a day's entries by kind and outcome; exact once the day is over.

        Users of a version that wrote no entry for them are counted in the users table: of a day
        before the first entry it has more.
        """
        found = Counter[tuple[str, str]]()
        for items in self.entries(day):
            found.update(kind_and_outcome(item) for item in items)
        users = self._pages(self.users_table, "created_day", day, Select="COUNT")
        created = ("user", "created")
        found[created] = max(found[created], sum(page["Count"] for page in users))
        return found

    def entries(self, day: date, *, after: str = "") -> Iterator[Items]:
        """Yield a day's entries of the ledger in pages, by id; only ids after ``after``."""
        for page in self._pages(self.ledger_table, "day", day, after=after):
            yield page["Items"]

    def users(self, day: date, *, after: str = "") -> Iterator[Items]:
        """Yield the ids of the users created on a day, likewise."""
        for page in self._pages(self.users_table, "created_day", day, after=after):
            yield page["Items"]

    def _pages(
        self, table: str, attribute: str, day: date, *, after: str = "", **query: str
    ) -> Iterator[dict[str, Any]]:
        values = {":day": {"S": day.isoformat()}, **({":after": {"S": after}} if after else {})}
        pages: Iterator[dict[str, Any]] = self.dynamodb.get_paginator("query").paginate(
            TableName=table,
            IndexName="by-day",
            KeyConditionExpression=f"#day = :day{' AND id > :after' if after else ''}",
            ExpressionAttributeNames={"#day": attribute},
            ExpressionAttributeValues=values,
            **query,
        )
        return pages


def kind_and_outcome(item: dict[str, Any]) -> tuple[str, str]:
    """Return an entry's kind and outcome; empty if it has none, which no function writes."""
    kind, outcome = (item.get(name, {}).get("S", "") for name in ("kind", "outcome"))
    return kind, outcome
