"""Goes through a dead-letter queue once: each letter once, none lost.

It receives, sends and deletes by itself, because SQS's ``StartMessageMoveTask`` serves only the
dead-letter queues of SQS queues, not those of functions and streams; it does not report what
became of a message; and the local emulator lacks it.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ops.redrive.letters import Letter, read

MOST_ENTRIES = 10
"""Messages in one receipt, and in one batch."""

HOLD_SECONDS = 16 * 60
"""How long a received letter stays hidden: longer than a function may run, which is 15 minutes.
When the pass ends, it is visible again at once. If the process is killed, only after this time."""

_PATIENCE = 3
_WAIT_SECONDS = 1  # more than 0 asks all of SQS's servers, and not a sample of them


@dataclass(frozen=True)
class Counts:
    """Approximate number of messages in a queue: SQS counts with a delay."""

    visible: int
    in_flight: int


class Inbox:
    """A dead-letter queue, by botocore's SQS client.

    Needs ``sqs:ReceiveMessage``, ``DeleteMessage``, ``ChangeMessageVisibility`` and
    ``GetQueueAttributes``.
    """

    def __init__(self, sqs: Any, url: str) -> None:
        self._sqs = sqs
        self._url = url

    def counts(self) -> Counts:
        """Return how many messages are visible, and how many are received but not deleted."""
        visible, in_flight = (
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
        )
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=[visible, in_flight]
        )["Attributes"]
        return Counts(int(attributes[visible]), int(attributes[in_flight]))

    def receive(self, most: int) -> list[Letter]:
        """Receive up to ten letters, and hide them from others."""
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(most, MOST_ENTRIES),
            VisibilityTimeout=HOLD_SECONDS,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [read(message) for message in answer.get("Messages", [])]

    def delete(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Delete up to ten letters; return the error codes of those that remain, by id."""
        if not letters:
            return {}
        answer = self._sqs.delete_message_batch(
            QueueUrl=self._url,
            Entries=[
                {"Id": str(position), "ReceiptHandle": letter.receipt}
                for position, letter in enumerate(letters)
            ],
        )
        return {letters[int(entry["Id"])].id: entry["Code"] for entry in answer.get("Failed", [])}

    def release(self, letters: Iterable[Letter]) -> None:
        """Make letters visible again at once.

        If SQS refuses a single one, it was held for too long and is visible already.
        """
        rest = iter(letters)
        while batch := list(islice(rest, MOST_ENTRIES)):
            self._sqs.change_message_visibility_batch(
                QueueUrl=self._url,
                Entries=[
                    {
                        "Id": str(position),
                        "ReceiptHandle": letter.receipt,
                        "VisibilityTimeout": 0,
                    }
                    for position, letter in enumerate(batch)
                ],
            )


class Pass:
    """Visits each letter once, and holds it until it is deleted or the pass ends.

    Attributes:
        seen: letters that were yielded.
        newer: letters that were sent after the pass began, and left. The pass may have moved them
            back itself, and they failed again: it would never end.
    """

    def __init__(self, inbox: Inbox, *, began: float, limit: int | None = None) -> None:
        """Prepare a pass.

        Args:
            inbox: the queue.
            began: seconds since 1970.
            limit: most letters to yield; all if None.
        """
        self.seen = 0
        self.newer = 0
        self._inbox = inbox
        self._began = began
        self._limit = limit
        self._held: dict[str, Letter] = {}
        self._met: set[str] = set()
        self._deleted: set[str] = set()

    def letters(self, at_once: int) -> Iterator[list[Letter]]:
        """Yield letters, some at a time, until there are no more.

        An empty receipt does not mean an empty queue. While SQS counts messages, it is asked
        again; after three receipts in a row with nothing new, the pass ends.
        """
        fruitless = 0
        while fruitless < _PATIENCE and (most := self._still_wanted(at_once)):
            received = self._inbox.receive(most)
            met = len(self._met)
            if fresh := [letter for letter in received if self._is_due(letter)]:
                yield fresh
            if len(self._met) > met:
                fruitless = 0
            elif received or self._inbox.counts().visible:
                fruitless += 1
            else:
                return

    def delete(self, letters: Sequence[Letter]) -> dict[str, str]:
        """Delete processed letters; return the error codes of those that remain, by id."""
        failed = self._inbox.delete(letters)
        for letter in letters:
            if letter.id not in failed:
                self._deleted.add(letter.id)
                del self._held[letter.id]
        return failed

    def release(self) -> None:
        """Make all held letters visible again."""
        self._inbox.release(self._held.values())
        self._held.clear()

    def _still_wanted(self, at_once: int) -> int:
        return at_once if self._limit is None else min(at_once, self._limit - self.seen)

    def _is_due(self, letter: Letter) -> bool:
        if (
            letter.id in self._deleted
        ):  # received once more, from a server of SQS that had missed the deletion
            self._inbox.delete([letter])
            return False
        self._held[letter.id] = letter
        if letter.id in self._met:  # hidden for too long, and visible again: the receipt is new
            return False
        self._met.add(letter.id)
        if letter.sent > self._began:
            self.newer += 1
            return False
        self.seen += 1
        return True
