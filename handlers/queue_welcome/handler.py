"""Stream of the users' table: queues one welcome message for each user that was inserted.

Outcomes, one for each record: ``queued``, ``ignored`` (no insert, or no user), ``invalid`` (a user
that cannot be welcomed), ``not_queued`` (the queue did not take the message).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers.queue_welcome.queue import EmailQueue
from handlers.queue_welcome.welcome import queue_welcomes
from handlers.runtime import aws, batch, deadline
from handlers.runtime.settings import load
from handlers.runtime.start import at_init


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the function's environment holds."""

    email_queue_url: str


@cache
def _dependencies() -> EmailQueue:
    return EmailQueue(aws.client("sqs"), load(Settings).email_queue_url)


def handler(event: dict[str, Any], context: Any) -> batch.Response:
    """Answer the event source mapping: the first record that failed, if one did."""
    deadline.begin(context)
    failed = queue_welcomes(event["Records"], _dependencies())
    return batch.respond([] if failed is None else [failed])


at_init(_dependencies)
