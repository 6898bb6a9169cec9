"""Every hour: queues overdue welcomes again, and deletes expired ledger entries."""

import time
from dataclasses import dataclass

from handlers.cleanup_expired.cleanup_expired import clean_up
from handlers.cleanup_expired.expired import Expired
from handlers.cleanup_expired.welcomes import Welcomes
from handlers.runtime import aws, deadline
from handlers.runtime.asynchronous import failures_without_details
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    ledger_table: str
    email_queue_url: str


def dependencies(settings: Settings) -> tuple[Welcomes, Expired]:
    """Return what queues welcomes again, and what deletes expired entries."""
    dynamodb = aws.client("dynamodb")
    welcomes = Welcomes(
        dynamodb=dynamodb,
        sqs=aws.client("sqs"),
        table=settings.users_table,
        queue_url=settings.email_queue_url,
    )
    return welcomes, Expired(dynamodb=dynamodb, table=settings.ledger_table)


@entrypoint(Settings, dependencies)
def handler(
    _event: object, _context: object, welcomes: Welcomes, expired: Expired
) -> dict[str, int]:
    """Do what is due now, and return the counts.

    The event is ignored. The clock decides what is due, so a run that is late, repeated or started
    by hand does the right amount of work, and a wrong time in the event does no harm.

    Raises:
        Failed: a part failed; the log says why.
    """
    with failures_without_details():
        return clean_up(
            welcomes, expired, now=int(time.time()), remaining_seconds=deadline.seconds_left
        )
