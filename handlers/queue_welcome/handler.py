"""Stream of the users table: queues a welcome message for each new user."""

from dataclasses import dataclass
from typing import Any

from handlers.queue_welcome.queue import EmailQueue
from handlers.queue_welcome.queue_welcome import queue_welcomes
from handlers.runtime import aws, batch
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    email_queue_url: str


def dependencies(settings: Settings) -> tuple[EmailQueue]:
    """Return the e-mail queue."""
    return (EmailQueue(aws.client("sqs"), settings.email_queue_url),)


@entrypoint(Settings, dependencies)
def handler(event: dict[str, Any], _context: object, queue: EmailQueue) -> batch.Response:
    """Answer the event source mapping with the first record that failed, if one did."""
    failed = queue_welcomes(event["Records"], queue)
    return batch.respond([] if failed is None else [failed])
