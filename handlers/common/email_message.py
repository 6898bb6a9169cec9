"""The message on the e-mail queue: ``{to, subject, body, type}``."""

from typing import Any, Literal

import msgspec

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
