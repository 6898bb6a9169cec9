"""The figures by day, counted once, in a table of their own: hash key ``id``, range key ``day``.

The item ``figures`` of a day has a number for each figure. Each counted event has a mark, an item
in the same table. One transaction writes the marks of new events and adds their number: both or
neither. So an event that is delivered again, late, or twice at once finds its mark, and adds
nothing; and the order in which events arrive does not matter.

Marks are needed as long as an event may be delivered again. Entries are written on the day that
they name, or just after midnight, and a stream keeps its records for 24 hours. So a day is open for
``OPEN_DAYS``. An entry that is written later, as by a restore, is not counted. The ledger's entries
of a closed day are complete, and ``recount`` sets the figures to their number. Marks expire after
that.

If DynamoDB throttles, fails or does not answer, calls raise ``faults.Unavailable`` after all
retries.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from handlers.domain.activity_event import FIGURES, Event
from handlers.runtime import deadline
from handlers.runtime.faults import (
    CONFLICTS,
    REFUSED,
    TRANSACTION_ATTEMPTS,
    Unavailable,
    conflict_pause,
    temporary_as_unavailable,
)

OPEN_DAYS = 3
"""Days on which entries of a day may be written: the day itself, and two more. A stream keeps its
records for a day, so it has none of that day once the day is closed for ``recount``."""

_MARK_DAYS = OPEN_DAYS + 2
"""Days after which a mark expires: the open days, that of ``recount`` (which sets the figures of a
day one day later than it is closed), and one to spare."""

_MOST_EVENTS = 90
"""Events in one transaction, which may write 100 items; the figures of the open days are among
them."""

_FIGURES_ID = "figures"


def is_open(day: date, *, on: date, days: int = OPEN_DAYS) -> bool:
    """Check that events of a day may be counted on another day.

    A day in the future is open: the clock of the entry's writer may be ahead.
    """
    return timedelta(days=-1) <= on - day < timedelta(days=days)


class ActivityStore:
    """The table of figures.

    Args:
        client: botocore's DynamoDB client.
        table: the table's name.
        now: returns the time in epoch seconds.
        sleep: waits between attempts at a transaction.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = deadline.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._now = now
        self._sleep = sleep

    def today(self) -> date:
        """Return the present day, in UTC."""
        return datetime.fromtimestamp(self._now(), UTC).date()

    def count(self, events: Iterable[Event]) -> int:
        """Count events that were not counted before (``PutItem`` and ``UpdateItem``); repeatable.

        Args:
            events: of open days.

        Returns:
            How many were new. If an answer was lost, this may be less than what was added.

        Raises:
            Unavailable: also after six attempts at transactions that conflict, and if time runs
                out. Some of the events may have been counted.
        """
        distinct = list(dict.fromkeys(events))
        return sum(
            self._count(distinct[start : start + _MOST_EVENTS])
            for start in range(0, len(distinct), _MOST_EVENTS)
        )

    def read(self, first: date, last: date) -> dict[date, dict[str, int]]:
        """Return the figures of the days that have some (``dynamodb:Query`` on the table)."""
        with temporary_as_unavailable():
            # At most 92 items of 200 bytes: one page.
            items = self._client.query(
                TableName=self._table,
                KeyConditionExpression="id = :id AND #day BETWEEN :first AND :last",
                ExpressionAttributeNames={"#day": "day"},
                ExpressionAttributeValues={
                    ":id": {"S": _FIGURES_ID},
                    ":first": {"S": first.isoformat()},
                    ":last": {"S": last.isoformat()},
                },
                ConsistentRead=True,
            )["Items"]
        return {
            date.fromisoformat(item["day"]["S"]): {
                figure: int(item[figure]["N"]) for figure in FIGURES if figure in item
            }
            for item in items
        }

    def set(self, day: date, figures: Mapping[str, int]) -> None:
        """Set all figures of a day that is closed (``dynamodb:PutItem``)."""
        with temporary_as_unavailable():
            self._client.put_item(
                TableName=self._table,
                Item={
                    **_key(_FIGURES_ID, day),
                    **{figure: {"N": str(figures.get(figure, 0))} for figure in FIGURES},
                },
            )

    def _count(self, events: list[Event]) -> int:
        """Count events in one transaction; leave out those that have their marks."""
        for attempt in range(TRANSACTION_ATTEMPTS):
            if not events:
                return 0
            try:
                with temporary_as_unavailable():
                    if attempt > 1:  # the second attempt leaves out what was counted before
                        self._sleep(conflict_pause(attempt))
                    # botocore adds a token, so its retry after a lost answer adds nothing.
                    self._client.transact_write_items(TransactItems=self._writes(events))
            except self._client.exceptions.TransactionCanceledException as error:
                # In the order of the writes, which begin with the events' marks.
                codes = [reason.get("Code") for reason in error.response["CancellationReasons"]]
                if not CONFLICTS.isdisjoint(codes) or REFUSED in codes:
                    marks = zip(events, codes, strict=False)
                    events = [event for event, code in marks if code != REFUSED]
                    continue
                raise
            return len(events)
        raise Unavailable(
            f"still in conflict with other transactions after {TRANSACTION_ATTEMPTS} attempts"
        )

    def _writes(self, events: list[Event]) -> list[dict[str, Any]]:
        added: dict[date, Counter[str]] = {}
        for event in events:
            added.setdefault(event.day, Counter())[event.figure] += 1
        return [
            *(self._mark(event) for event in events),
            *(self._addition(day, figures) for day, figures in sorted(added.items())),
        ]

    def _mark(self, event: Event) -> dict[str, Any]:
        digest = hashlib.sha256(f"{event.figure} {event.entry_id}".encode()).hexdigest()
        midnight = datetime(event.day.year, event.day.month, event.day.day, tzinfo=UTC)
        expires = midnight + timedelta(days=_MARK_DAYS)
        return {
            "Put": {
                "TableName": self._table,
                "Item": {
                    **_key(f"counted#{digest}", event.day),
                    "expires": {"N": str(int(expires.timestamp()))},
                },
                "ConditionExpression": "attribute_not_exists(id)",
            }
        }

    def _addition(self, day: date, figures: Mapping[str, int]) -> dict[str, Any]:
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(_FIGURES_ID, day),
                "UpdateExpression": "ADD " + ", ".join(f"#{f} :{f}" for f in sorted(figures)),
                "ExpressionAttributeNames": {f"#{figure}": figure for figure in figures},
                "ExpressionAttributeValues": {
                    f":{figure}": {"N": str(count)} for figure, count in figures.items()
                },
            }
        }


def _key(item_id: str, day: date) -> dict[str, Any]:
    return {"id": {"S": item_id}, "day": {"S": day.isoformat()}}
