"""Sends dead letters back to the queue that they came from."""

from collections.abc import Iterator, Sequence
from typing import Any

from ops.redrive.inbox import MOST_ENTRIES
from ops.redrive.letters import Letter

MOST_BYTES = 1_048_576
"""Limit of one message, and of one SendMessageBatch, including attributes.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html"""


class ToQueue:
    """A queue, by botocore's SQS client (``sqs:SendMessage``).

    What fails again there returns by the queue's own redrive policy, with a new id.
    """

    at_once = MOST_ENTRIES
    done = "moved back"

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def deliver(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Send up to ten letters unchanged, with their attributes and trace header.

        Returns:
            The reason for each letter that the queue refused, by id.
        """
        refused = {}
        for batch in batches(letters):
            answer = self._sqs.send_message_batch(
                QueueUrl=self._url,
                Entries=[_entry(position, letter) for position, letter in enumerate(batch)],
            )
            for failed in answer.get("Failed", []):
                refused[batch[int(failed["Id"])].id] = f"the queue refused it: {failed['Code']}"
        return refused


def batches(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Yield letters in batches that fit one call, in their order."""
    batch: list[Letter] = []
    total = 0
    for letter in letters:
        size = size_of(letter)
        if batch and total + size > MOST_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(letter)
        total += size
    if batch:
        yield batch


def size_of(letter: Letter) -> int:
    """Return a letter's size in bytes as SQS counts it: body, and names, types and values."""
    size = len(letter.body.encode())
    for name, attribute in letter.attributes.items():
        value = attribute.get("StringValue", "").encode() or attribute.get("BinaryValue", b"")
        size += len(name.encode()) + len(attribute["DataType"].encode()) + len(value)
    return size


def _entry(position: int, letter: Letter) -> dict[str, Any]:
    entry: dict[str, Any] = {"Id": str(position), "MessageBody": letter.body}
    if letter.attributes:
        entry["MessageAttributes"] = letter.attributes
    if letter.trace:
        entry["MessageSystemAttributes"] = {
            "AWSTraceHeader": {"DataType": "String", "StringValue": letter.trace}
        }
    return entry
