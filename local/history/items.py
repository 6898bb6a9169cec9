"""Reads what an event is about: the ids of its records, and what distinguishes them."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from ops.events.model import CauseKind

_SHORTEST_MARK = 8
_SCHEDULE = re.compile(r"arn:aws[a-z-]*:scheduler:[^:]*:[^:]*:schedule/[^/]+/([^/]+)")


class Begun(NamedTuple):
    """A new cause, as far as its first event shows."""

    id: str
    kind: CauseKind
    title: str


class Item(NamedTuple):
    """A message or a stream's record of an event: its own id, and all of it."""

    id: str
    record: dict[str, Any]

    @property
    def marks(self) -> set[str]:
        """Texts that a message about it contains: a record's keys, the ids in a message."""
        if "messageId" in self.record:
            return {self.id, *_texts(_parsed(self.record.get("body")))}
        return set(_texts(self.record["dynamodb"].get("Keys")))


def items_of(event: Any) -> dict[str, Item]:
    """Return the messages and stream records of an event, by what ``Linked`` names them.

    These are ``message:<id>`` and ``record:<id>``.
    """
    found: dict[str, Item] = {}
    for record in _records(event):
        if record.get("eventSource") == "aws:sqs":
            id_ = str(record.get("messageId"))
            found[f"message:{id_}"] = Item(id_, {**record, "messageId": id_})
        elif record.get("eventSource") == "aws:dynamodb":
            stream = record.get("dynamodb")
            stream = stream if isinstance(stream, dict) else {}
            number = str(stream.get("SequenceNumber"))
            found[f"record:{record.get('eventID')}"] = Item(number, {**record, "dynamodb": stream})
    return found


def begun(event: Any, run: str, function: str) -> Begun:
    """Return the cause that an event shows: a request, an upload, or else a call by hand."""
    for record in _records(event):
        if record.get("eventSource") == "aws:s3":
            found = record.get("responseElements", {}).get("x-amz-request-id")
            return Begun(str(found or run), "upload", f"Upload for {function}")
    context = event.get("requestContext") if isinstance(event, dict) else None
    if isinstance(context, dict) and context.get("requestId"):
        title = f"{event.get('httpMethod')} {event.get('path')}"
        return Begun(str(context["requestId"]), "request", title)
    return Begun(run, "invoke", f"Invoke {function}")


def schedule_in(event: Any) -> str | None:
    """Return the physical name of the schedule whose ARN an event has, as schedules send it."""
    for value in event.values() if isinstance(event, dict) else ():
        if isinstance(value, str) and (found := _SCHEDULE.fullmatch(value)):
            return found[1]
    return None


def failed_in(answer: Any) -> set[str]:
    """Return the items that the answer to a batch names as failed."""
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    return {
        str(failure.get("itemIdentifier"))
        for failure in (failures if isinstance(failures, list) else ())
        if isinstance(failure, dict)
    }


def _records(event: Any) -> Iterator[dict[str, Any]]:
    records = event.get("Records") if isinstance(event, dict) else None
    for record in records if isinstance(records, list) else ():
        if isinstance(record, dict):
            yield record


def _texts(value: Any) -> Iterator[str]:
    match value:
        case dict():
            for member in value.values():
                yield from _texts(member)
        case str() if len(value) >= _SHORTEST_MARK:
            yield value


def _parsed(body: Any) -> Any:
    try:
        return json.loads(body)
    except (TypeError, ValueError, RecursionError):
        return None
