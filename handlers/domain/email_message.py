"""The message on the e-mail queue: ``{to, subject, body, type}``."""

import re
from typing import Any, Literal

import msgspec

from handlers.domain.email_address import is_address
from handlers.runtime import trace

MAX_SUBJECT_LENGTH = 998
"""Characters in a subject: the limit of one header line (RFC 5322, 2.1.1)."""

# Line ends and invisible characters, which no header may contain.
_CONTROL = re.compile(r"[\u0000-\u001f\u007f-\u009f\u2028\u2029]")

MessageType = Literal["welcome", "notification"]


class EmailMessage(msgspec.Struct, frozen=True):
    """One e-mail to send."""

    to: str
    subject: str
    body: str
    type: MessageType


def welcome_entry(*, user_id: str, name: str, email: str) -> dict[str, Any]:
    """Return the SQS message that welcomes a user, as arguments of ``SendMessage``.

    The attribute ``user_id`` identifies the welcome, so that one e-mail is sent however often it is
    queued, and the user is marked as welcomed. The attribute ``trace`` leads to what caused it.
    """
    from handlers.domain.greeting import greeting  # send-email reads messages, and greets nobody

    message = EmailMessage(
        to=email,
        subject="Welcome to our platform!",
        body=f"{greeting(name)}, welcome to our platform!",
        type="welcome",
    )
    return {
        "MessageBody": msgspec.json.encode(message).decode(),
        "MessageAttributes": {"user_id": _attribute(user_id), **trace.named(_attribute)},
    }


def notification_entry(*, to: str, subject: str, body: str, once: str) -> dict[str, Any]:
    """Return the SQS message of a notification, as arguments of ``SendMessage``.

    The attribute ``once`` identifies it: an id, for which one e-mail is sent however often it is
    queued. The attribute ``trace`` leads to what caused it.
    """
    message = EmailMessage(to=to, subject=subject, body=body, type="notification")
    return {
        "MessageBody": msgspec.json.encode(message).decode(),
        "MessageAttributes": {"once": _attribute(once), **trace.named(_attribute)},
    }


def _attribute(text: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": text}


class InvalidMessage(Exception):
    """The message can never be sent; the text says why and quotes no value."""


def parse(text: str) -> EmailMessage:
    """Parse the body of a queue message.

    Raises:
        InvalidMessage: the JSON is broken, a field is missing or of the wrong type, the type of
            message is unknown, the recipient is not one bare address, the subject has control
            characters, or subject or body are blank.
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
