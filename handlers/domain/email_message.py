"""The message on the e-mail queue: ``{to, subject, body, type}``."""

import re
from typing import Any, Literal

import msgspec

from handlers.domain.email_address import is_address

MAX_SUBJECT_LENGTH = 998
"""Characters in a subject: what one line of a header may hold (RFC 5322, 2.1.1)."""

# What ends a line, or nobody can see: never in a header.
_CONTROL = re.compile(r"[\u0000-\u001f\u007f-\u009f\u2028\u2029]")

MessageType = Literal["welcome", "notification"]


class EmailMessage(msgspec.Struct, frozen=True):
    """One e-mail to send."""

    to: str
    subject: str
    body: str
    type: MessageType


def welcome_entry(*, user_id: str, name: str, email: str) -> dict[str, Any]:
    """Make the SQS message that welcomes a user, as ``SendMessage`` takes it.

    The body is the message; the attribute ``user_id`` says whom it welcomes, so that however often
    it is queued, one e-mail is sent and the user is marked.
    """
    message = EmailMessage(
        to=email,
        subject="Welcome to our platform!",
        body=f"Hello {name}, welcome to our platform!",
        type="welcome",
    )
    return {
        "MessageBody": msgspec.json.encode(message).decode(),
        "MessageAttributes": {"user_id": {"DataType": "String", "StringValue": user_id}},
    }


class InvalidMessage(Exception):
    """The message can never be sent; the text says why and quotes no value."""


def parse(text: str) -> EmailMessage:
    """Read a message as the queue gives it.

    Raises:
        InvalidMessage: broken JSON, a field missing or of the wrong type, an unknown type of
            message, something else than one bare address, control characters in the subject, a
            blank subject or body.
    """
    try:
        message = msgspec.json.decode(text.encode(), type=EmailMessage)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise InvalidMessage("not a JSON object with to, subject, body and a known type") from None
    if not is_address(message.to):
        raise InvalidMessage(f"to ({len(message.to)} characters) is not one bare address")
    if _CONTROL.search(message.subject):
        raise InvalidMessage("the subject has control characters")
    if not message.subject.strip() or not message.body.strip():
        raise InvalidMessage("the subject or the body is blank")
    if len(message.subject) > MAX_SUBJECT_LENGTH:
        raise InvalidMessage(
            f"the subject has {len(message.subject)} characters; at most {MAX_SUBJECT_LENGTH} fit"
        )
    return message
