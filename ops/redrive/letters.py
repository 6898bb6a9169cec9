"""Reads dead letters, and describes them without their content, which may be personal data."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_WORD = re.compile(r"[\w.:/-]{1,100}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message of a dead-letter queue.

    Attributes:
        id: its id in this queue.
        receipt: handle of its latest receipt.
        body: text, as it was sent.
        sent: seconds since 1970; of the original message where SQS moved it here.
        receives: how often it was received, including this time and from its first queue.
        attributes: its message attributes, as ``SendMessage`` takes them.
        trace: its X-Ray trace header, if it has one.
    """

    id: str
    receipt: str
    body: str
    sent: float
    receives: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    trace: str | None = None

    def content(self) -> dict[str, Any]:
        """Return the body where it is a JSON object, and an empty object where it is not."""
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}

    def attribute(self, name: str) -> str | None:
        """Return the text of a message attribute, or None."""
        text = self.attributes.get(name, {}).get("StringValue")
        return text if isinstance(text, str) else None


def read(message: Mapping[str, Any]) -> Letter:
    """Return the letter in a message of ``ReceiveMessage`` that has all its attributes."""
    about = message["Attributes"]
    return Letter(
        id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        sent=int(about["SentTimestamp"]) / 1_000,
        receives=int(about["ApproximateReceiveCount"]),
        attributes=message.get("MessageAttributes", {}),
        trace=about.get("AWSTraceHeader"),
    )


def describe(letter: Letter) -> str:
    """Return why a letter is here, if it says so, or else its size; never its content."""
    content = letter.content()
    if letter.attribute("SCHEDULE_ARN"):
        return f"a schedule could not deliver: {word(letter.attribute('ERROR_CODE'))}"
    context = content.get("requestContext")
    if not isinstance(context, dict):
        return f"{len(letter.body.encode()):,} bytes"
    words = [word(context.get("condition"))]
    answer = content.get("responsePayload")
    if isinstance(answer, dict) and "errorType" in answer:
        words.append(word(answer["errorType"]))
    position = content.get("DDBStreamBatchInfo")
    if isinstance(position, dict):
        words.append(f"batch of {word(str(position.get('batchSize')))}")
    return ", ".join(words)


def word(value: object) -> str:
    """Return an error's code or type, or ``unknown`` if it is not a single plain word."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unknown"
