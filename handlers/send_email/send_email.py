"""Sending the e-mails of a batch of messages.

Outcomes, one for each message: ``sent``, ``duplicate``, and those of ``retry``: ``invalid``,
``rejected``, ``throttled``, ``deferred``, ``busy``, ``paused``, ``uncertain``, ``unreachable``,
``failed``.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from handlers.domain.email_message import InvalidMessage
from handlers.runtime import batch, trace
from handlers.runtime.deadline import OutOfTime
from handlers.runtime.log import failure, outcome
from handlers.send_email.deliver import Delivery, Uncertain
from handlers.send_email.mailer import NotSent
from handlers.send_email.retry import Visibility, react

RESERVE_SECONDS = 15
"""Time that a message needs: one call of the provider and those of the ledger."""


def send_emails(
    records: Sequence[dict[str, Any]],
    delivery: Delivery,
    visibility: Visibility,
    remaining_seconds: Callable[[], float],
) -> list[str]:
    """Deliver each message independently of the others.

    Args:
        records: the records of SQS's event.
        delivery: delivers one message.
        visibility: delays the failed messages.
        remaining_seconds: returns the time left. The first message is tried in any case.

    Returns:
        The ids of the messages that failed.
    """
    started = False

    def deliver(record: dict[str, Any]) -> None:
        nonlocal started
        if started and remaining_seconds() < RESERVE_SECONDS:
            raise OutOfTime
        started = True
        # A receipt handle gives access to its message, so the ledger keeps its hash instead.
        owner = hashlib.sha256(record["receiptHandle"].encode()).hexdigest()
        name = delivery.deliver(record, owner=owner)
        outcome(name, message_id=record["messageId"], receives=_receives(record))

    waits: dict[str, int] = {}
    failures = batch.failing(records, deliver)
    for record, error in failures:
        name, level, wait = react(error, receives=_receives(record))
        waits[record["receiptHandle"]] = wait
        with trace.of(record):
            failure(
                name,
                error,
                level=level,
                message_id=record["messageId"],
                receives=_receives(record),
                wait_seconds=wait,
                reason=_reason(error),
            )
    visibility.change(waits)
    return [record["messageId"] for record, _ in failures]


def _reason(error: Exception) -> str | None:
    """Return the text of an error, if its text never quotes the message."""
    return str(error) if isinstance(error, InvalidMessage | NotSent | Uncertain) else None


def _receives(record: dict[str, Any]) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])
