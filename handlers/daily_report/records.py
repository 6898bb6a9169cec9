"""The records from which a day's figures are counted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.daily_report.figures import EMAIL_TYPES, FILE_OUTCOMES, Figures


@dataclass(frozen=True, kw_only=True)
class Records:
    """The users table and the ledger, by day (``dynamodb:Query`` on both indexes ``by-day``)."""

    dynamodb: Any
    users_table: str
    ledger_table: str

    def figures(self, day: date) -> Figures:
        """Return one day's figures, counted record by record; exact once the day is over."""
        kinds = {"file": Counter[str](), "email": Counter[str]()}
        for page in self._pages(self.ledger_table, "day", day):
            for entry in page["Items"]:
                if (kind := entry["kind"]["S"]) in kinds:
                    kinds[kind][entry["outcome"]["S"]] += 1
        users = self._pages(self.users_table, "created_day", day, Select="COUNT")
        return Figures(
            day=day,
            users=sum(page["Count"] for page in users),
            files={**dict.fromkeys(FILE_OUTCOMES, 0), **kinds["file"]},
            emails={**dict.fromkeys(EMAIL_TYPES, 0), **kinds["email"]},
        )

    def _pages(
        self, table: str, attribute: str, day: date, **query: str
    ) -> Iterator[dict[str, Any]]:
        pages: Iterator[dict[str, Any]] = self.dynamodb.get_paginator("query").paginate(
            TableName=table,
            IndexName="by-day",
            KeyConditionExpression="#day = :day",
            ExpressionAttributeNames={"#day": attribute},
            ExpressionAttributeValues={":day": {"S": day.isoformat()}},
            **query,
        )
        return pages
