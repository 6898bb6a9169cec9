"""``cleanup-expired``: every hour, queue overdue welcomes again and delete what expired."""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers.cleanup_expired.cleanup import clean_up
from handlers.cleanup_expired.expired import Expired
from handlers.cleanup_expired.welcomes import Welcomes
from handlers.runtime import aws, deadline
from handlers.runtime.asynchronous import reported
from handlers.runtime.settings import load
from handlers.runtime.start import at_init


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment."""

    users_table: str
    ledger_table: str
    email_queue_url: str


@cache
def _dependencies() -> tuple[Welcomes, Expired]:
    settings = load(Settings)
    dynamodb = aws.client("dynamodb")
    welcomes = Welcomes(
        dynamodb=dynamodb,
        sqs=aws.client("sqs"),
        table=settings.users_table,
        queue_url=settings.email_queue_url,
    )
    return welcomes, Expired(dynamodb=dynamodb, table=settings.ledger_table)


def handler(_event: dict[str, Any], context: Any) -> dict[str, int]:
    """Do what is due now.

    The event is not read: what is due is judged by the clock, so that a run that comes late, twice
    or by hand does neither too little nor, by a wrong time in the event, too much.

    Raises:
        Failed: something of it could not be done; the log says why.
    """
    deadline.begin(context)
    with reported():
        return clean_up(
            *_dependencies(), now=int(time.time()), remaining_seconds=deadline.seconds_left
        )


at_init(_dependencies)
