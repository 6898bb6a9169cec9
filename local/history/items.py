"""Reads what an event is about: the ids of its records, and what tells them apart."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from ops.events.model import CauseKind

_SHORTEST_MARK = 8


class Begun(NamedTuple):
    """What a new cause is, as far as the first event tells."""

    id: str
    kind: CauseKind
    title: str


def items_of(event: Any) -> dict[str, str]:
    """Return the messages and stream records of an event: the item of each, and its own id.

    Items are what ``Linked`` names: ``message:<id>`` and ``record:<id>``.
    """
    found: dict[str, str] = {}
    for record in _records(event):
        if record.get("eventSource") == "aws:sqs":
            found[f"message:{record.get('messageId')}"] = str(record.get("messageId"))
        elif record.get("eventSource") == "aws:dynamodb":
            stream = record.get("dynamodb")
            number = stream.get("SequenceNumber") if isinstance(stream, dict) else None
            found[f"record:{record.get('eventID')}"] = str(number)
    return found


def marks_of(event: Any, item: str) -> set[str]:
    """Return texts that a message about this record contains: its keys, and ids in its body."""
    for record in _records(event):
        if item == f"message:{record.get('messageId')}":
            return {str(record.get("messageId")), *_texts(_parsed(record.get("body")))}
        if item == f"record:{record.get('eventID')}":
            return set(_texts(record.get("dynamodb", {}).get("Keys")))
    return set()


def begun(event: Any, run: str, function: str) -> Begun:
    """Return the cause that an event tells of: a request, an upload, or else a call by hand."""
    for record in _records(event):
        if record.get("eventSource") == "aws:s3":
            found = record.get("responseElements", {}).get("x-amz-request-id")
            return Begun(str(found or run), "upload", f"Upload for {function}")
    context = event.get("requestContext") if isinstance(event, dict) else None
    if isinstance(context, dict) and context.get("requestId"):
        title = f"{event.get('httpMethod')} {event.get('path')}"
        return Begun(str(context["requestId"]), "request", title)
    return Begun(run, "invoke", f"Invoke {function}")


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
