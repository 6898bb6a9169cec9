"""The e-mail queue: sends each message's e-mail once, and returns what it could not send."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from handlers.domain.ledger import Ledger
from handlers.domain.user_store import UserStore
from handlers.runtime import aws, batch, deadline
from handlers.runtime.entrypoint import entrypoint
from handlers.send_email.deliver import Delivery
from handlers.send_email.mailer import Mailer
from handlers.send_email.retry import Visibility
from handlers.send_email.send_email import send_emails


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables. Without ``configuration_set``, SES is not used."""

    email_queue_url: str
    users_table: str
    ledger_table: str
    sender: str
    configuration_set: str = ""


def dependencies(settings: Settings) -> tuple[Delivery, Visibility]:
    """Return what delivers a message, and what delays its return to the queue."""
    dynamodb = aws.client("dynamodb")
    delivery = Delivery(
        ledger=Ledger(dynamodb, settings.ledger_table),
        users=UserStore(dynamodb, settings.users_table),
        mailer=_mailer(settings),
    )
    return delivery, Visibility(sqs_client, settings.email_queue_url)


def _mailer(settings: Settings) -> Mailer:
    """Return the provider's mailer; nothing of another provider is imported."""
    if not settings.configuration_set:
        from handlers.send_email import sendgrid

        return sendgrid.mailer(sender=settings.sender)
    from handlers.send_email.ses import SesMailer

    return SesMailer(
        aws.client("sesv2", read_timeout=8, attempts=1),
        sender=settings.sender,
        configuration_set=settings.configuration_set,
    )


@cache
def sqs_client() -> Any:
    """Return the client of SQS. Only failures need it, so INIT does not make it."""
    return aws.client("sqs")


@entrypoint(Settings, dependencies)
def handler(
    event: dict[str, Any], _context: object, delivery: Delivery, visibility: Visibility
) -> batch.Response:
    """Answer the event source mapping with the messages that failed."""
    return batch.respond(send_emails(event["Records"], delivery, visibility, deadline.seconds_left))
