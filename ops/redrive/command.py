"""The command, for a stack in AWS and for the local cloud alike."""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from ops.deployed.clients import Client
from ops.redrive.errors import RedriveError
from ops.redrive.events import failed_event
from ops.redrive.inbox import Inbox, Pass
from ops.redrive.letters import Letter
from ops.redrive.messages import Report, overview
from ops.redrive.sources import Source, find, sources
from ops.redrive.stream_records import StreamRecords
from ops.redrive.to_function import ToFunction
from ops.redrive.to_queue import ToQueue

AwsError = (BotoCoreError, ClientError)
INTERRUPTED = 130


class Delivery(Protocol):
    """Where letters go: see ``ToQueue`` and ``ToFunction``."""

    at_once: int
    done: str

    def deliver(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Have letters processed; give the reason for each that was not, by id."""


def run(
    outputs: Mapping[str, Any],
    client: Client,
    *,
    queue: str | None,
    dry_run: bool,
    limit: int | None,
    show: bool,
) -> int:
    """Show the letters of a queue, or have them processed again and delete those that were.

    Returns:
        The exit code: 0; 1 if a letter was kept, or something is wrong; 130 if interrupted.
    """
    try:
        known = sources(outputs)
        if queue is None:
            inboxes = {source: Inbox(client("sqs"), source.url) for source in known.values()}
            overview({source: inbox.counts() for source, inbox in inboxes.items()})
            return 0
        source = find(known, queue)
        delivery = None if dry_run else _delivery(source, client)
        return _redrive(source, Inbox(client("sqs"), source.url), delivery, limit, show)
    except RedriveError as error:
        print(f"error: {error}", file=sys.stderr)
    except AwsError as error:
        print(f"error: {error}", file=sys.stderr)
    return 1


def _redrive(
    source: Source, inbox: Inbox, delivery: Delivery | None, limit: int | None, show: bool
) -> int:
    report = Report(source, payloads=show)
    counts = inbox.counts()
    report.head(counts)
    visit = Pass(inbox, began=time.time(), limit=limit)
    try:
        _go_through(visit, delivery, report)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED
    finally:
        try:
            report.summary(visit, counts, how=delivery.done if delivery else None)
        finally:
            visit.release()
    return 1 if report.kept else 0


def _go_through(visit: Pass, delivery: Delivery | None, report: Report) -> None:
    if delivery is None:
        for letters in visit.letters(ToQueue.at_once):
            for letter in letters:
                report.letter(letter)
        return
    for letters in visit.letters(delivery.at_once):
        refused = delivery.deliver(letters)
        # Only now, and only these: whatever happens before, SQS still has the letter.
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
