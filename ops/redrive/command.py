"""Lists dead-letter queues, and processes their messages again: in AWS and in the local cloud."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from ops.deployed.clients import Client
from ops.deployed.outputs import outputs as read_outputs
from ops.redrive.events import failed_event
from ops.redrive.inbox import Inbox, Pass
from ops.redrive.letters import Letter
from ops.redrive.messages import Report, overview
from ops.redrive.sources import Source, find, sources
from ops.redrive.stack import connect
from ops.redrive.stream_records import StreamRecords
from ops.redrive.to_function import ToFunction
from ops.redrive.to_queue import ToQueue

INTERRUPTED = 130


class Delivery(Protocol):
    """The place that letters are delivered to: see ``ToQueue`` and ``ToFunction``."""

    at_once: int
    done: str

    def deliver(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Process letters; return the reason for each that was not processed, by id."""


def deployed(stack: str) -> tuple[Mapping[str, Any], Client]:
    """Return the outputs of a deployed stack, and what makes clients of its region.

    Raises:
        OpsError: the stack cannot be read, or has no dead-letter queues.
    """
    outputs = read_outputs(stack)
    return outputs, connect(outputs)


def list_queues(outputs: Mapping[str, Any], client: Client, *, as_json: bool = False) -> int:
    """Print what each queue holds.

    Returns:
        The exit code, 0.

    Raises:
        RedriveError: the stack has no dead-letter queues.
    """
    held = {s: Inbox(client("sqs"), s.url).counts() for s in sources(outputs).values()}
    if as_json:
        listed = [
            {"queue": s.name, **asdict(counts), "goes_back_to": s.target_name}
            for s, counts in held.items()
        ]
        print(json.dumps(listed, indent=2))
    else:
        overview(held)
    return 0


def run(
    outputs: Mapping[str, Any],
    client: Client,
    *,
    queue: str,
    dry_run: bool,
    limit: int | None,
    show: bool,
) -> int:
    """Show the letters of a queue, or process them again and delete those that were processed.

    Returns:
        The exit code: 0; 1 if a letter was kept; 130 if interrupted.

    Raises:
        RedriveError: there is no such queue.
    """
    source = find(sources(outputs), queue)
    delivery = None if dry_run else _delivery(source, client)
    return redrive(source, Inbox(client("sqs"), source.url), delivery, limit, show)


def redrive(
    source: Source, inbox: Inbox, delivery: Delivery | None, limit: int | None, show: bool
) -> int:
    """Process letters again, or only show them if there is no delivery; return the exit code."""
    report = Report(source, payloads=show)
    counts = inbox.counts()
    report.head(counts)
    visit = Pass(inbox, began=time.time(), limit=limit)
    try:
        go_through(visit, delivery, report)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED
    finally:
        try:
            report.summary(visit, counts, how=delivery.done if delivery else None)
        finally:
            visit.release()
    return 1 if report.kept else 0


def go_through(visit: Pass, delivery: Delivery | None, report: Report) -> None:
    """Deliver the letters of one pass, and delete those that were delivered."""
    if delivery is None:
        for letters in visit.letters(ToQueue.at_once):
            for letter in letters:
                report.letter(letter)
        return
    for letters in visit.letters(delivery.at_once):
        refused = delivery.deliver(letters)
        # Only now, and only these: until here, SQS still has every letter.
        undeleted = visit.delete([letter for letter in letters if letter.id not in refused])
        for letter in letters:
            if letter.id in refused:
                report.not_processed(letter, refused[letter.id])
            elif letter.id in undeleted:
                code = undeleted[letter.id]
                report.not_processed(letter, f"{delivery.done}, but not deleted: {code}")
            else:
                report.processed(letter, delivery.done)


def _delivery(source: Source, client: Client) -> Delivery:
    if source.kind == "queue":
        return ToQueue(client("sqs"), source.target)
    if source.kind == "stream":
        records = StreamRecords(client("dynamodbstreams"))
        return ToFunction(client("lambda"), source.target, records.event)
    return ToFunction(client("lambda"), source.target, failed_event)
