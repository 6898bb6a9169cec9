"""E-mail queue: sends each message's e-mail once, and gives back what it could not send.

Outcomes, one for each message: ``sent``, ``duplicate``, and those of ``retry``: ``invalid``,
``rejected``, ``throttled``, ``deferred``, ``busy``, ``paused``, ``uncertain``, ``unreachable``,
``failed``.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from handlers.domain.email_message import InvalidMessage
from handlers.domain.ledger import Ledger
from handlers.domain.user_store import UserStore
from handlers.runtime import aws, batch, deadline
from handlers.runtime.deadline import OutOfTime
from handlers.runtime.log import failure, outcome
from handlers.runtime.settings import load
from handlers.runtime.start import at_init
from handlers.send_email.deliver import Delivery, Uncertain
from handlers.send_email.mailer import Mailer, NotSent
from handlers.send_email.retry import Visibility, react

RESERVE_SECONDS = 15
"""Time to begin a message with: one call of SES and those of the ledger."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the function's environment holds."""

    email_queue_url: str
    users_table: str
    ledger_table: str
    sender: str
    configuration_set: str


class Deliveries(Protocol):
    """What delivers a message: see ``Delivery``."""

    def deliver(self, record: dict[str, Any], *, owner: str) -> str:
        """Send the e-mail that a message asks for; give the outcome."""


class Queue(Protocol):
    """Where messages come again: see ``Visibility``."""

    def change(self, seconds: dict[str, int]) -> None:
        """Let messages come again after so many seconds, by receipt handle."""


def send_emails(
    records: Sequence[dict[str, Any]],
    deliveries: Deliveries,
    queue: Queue,
    remaining_seconds: Callable[[], float],
) -> list[str]:
    """Deliver each message by itself.

    Args:
        records: SQS's event's records.
        deliveries: delivers one.
        queue: is told when the failed ones are to come again.
        remaining_seconds: gives the time that the function still has. The first message is
            tried in any case.

    Returns:
        The ids of the messages that failed.
    """
    started = False

    def deliver(record: dict[str, Any]) -> None:
        nonlocal started
        if started and remaining_seconds() < RESERVE_SECONDS:
            raise OutOfTime
        started = True
        # A receipt handle is a key to its message, so its hash stands for it in the ledger.
        owner = hashlib.sha256(record["receiptHandle"].encode()).hexdigest()
        name = deliveries.deliver(record, owner=owner)
        outcome(name, message_id=record["messageId"], receives=_receives(record))

    waits: dict[str, int] = {}
    failures = batch.failing(records, deliver)
    for record, error in failures:
        name, level, wait = react(error, receives=_receives(record))
        waits[record["receiptHandle"]] = wait
        failure(
            name,
            error,
            level=level,
            message_id=record["messageId"],
            receives=_receives(record),
            wait_seconds=wait,
            reason=_reason(error),
        )
    queue.change(waits)
    return [record["messageId"] for record, _ in failures]


def _reason(error: Exception) -> str | None:
    """Return the text of an error whose text is known to quote nothing of the message."""
    return str(error) if isinstance(error, InvalidMessage | NotSent | Uncertain) else None


def _receives(record: dict[str, Any]) -> int:
    return int(record["attributes"]["ApproximateReceiveCount"])


@cache
def _sqs() -> Any:
    """Only failures need this client, so INIT does not wait for it."""
    return aws.client("sqs")


@cache
def _dependencies() -> tuple[Delivery, Visibility]:
    settings = load(Settings)
    dynamodb = aws.client("dynamodb")
    delivery = Delivery(
        entries=Ledger(dynamodb, settings.ledger_table),
        users=UserStore(dynamodb, settings.users_table),
        mailer=Mailer(
            aws.client("sesv2", read_timeout=8, attempts=1),
            sender=settings.sender,
            configuration_set=settings.configuration_set,
        ),
    )
    return delivery, Visibility(_sqs, settings.email_queue_url)


def handler(event: dict[str, Any], context: Any) -> batch.Response:
    """Answer the event source mapping: the messages that failed."""
    deadline.begin(context)
    delivery, visibility = _dependencies()
    failed = send_emails(event["Records"], delivery, visibility, deadline.seconds_left)
    return batch.respond(failed)


at_init(_dependencies)
