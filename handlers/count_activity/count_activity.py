"""Counting the records of the ledger's stream.

An entry that is deleted, by its expiry or by hand, stays counted: it happened. A record that is
delivered again adds nothing (``activity_store``), so all valid records of a batch are counted
before the first invalid one is reported, and the ones after it come again.

Outcomes: one ``counted`` for each batch, with the number of new events, and of those that were
``again`` (counted before), ``ignored`` (in no figure) and ``closed`` (of a day that was long over
when the entry was written, as with restored entries; ``recount`` counts them); one ``invalid`` for
each record that no version of this system writes.
"""

import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from handlers.domain.activity_event import Event, InvalidEntry, event_of
from handlers.domain.activity_store import ActivityStore, is_open
from handlers.runtime import trace
from handlers.runtime.log import outcome


def count_activity(records: Sequence[dict[str, Any]], store: ActivityStore) -> str | None:
    """Count the events of a batch, each once.

    Args:
        records: DynamoDB stream records with new images.
        store: the figures.

    Returns:
        The sequence number of the first invalid record, or None.
    """
    events: list[Event] = []
    invalid: list[str] = []
    ignored = closed = 0
    for record in records:
        try:
            event = _event(record)
        except InvalidEntry as error:
            invalid.append(str(record["dynamodb"]["SequenceNumber"]))
            with trace.of(record):
                outcome("invalid", level=logging.ERROR, sequence=invalid[-1], reason=str(error))
            continue
        if event is None:
            ignored += 1
        elif is_open(event.day, on=_written(record)):
            events.append(event)
        else:
            closed += 1
    new = store.count(events)
    outcome("counted", count=new, again=len(events) - new, ignored=ignored, closed=closed)
    return invalid[0] if invalid else None


def _event(record: dict[str, Any]) -> Event | None:
    """Return what a record's new image counts as, or None.

    Raises:
        InvalidEntry: see there.
    """
    entry = record["dynamodb"].get("NewImage", {})
    return event_of(entry) if "day" in entry else None


def _written(record: dict[str, Any]) -> date:
    """Return the day on which a record's entry was written."""
    seconds = record["dynamodb"].get("ApproximateCreationDateTime", 0)
    return datetime.fromtimestamp(seconds, UTC).date()
