"""One pass through a dead-letter queue: each of its letters once, none lost.

Our own receive, send and delete, and not SQS's ``StartMessageMoveTask``: that one moves from the
dead-letter queues of SQS queues alone, not from those of functions and streams; it does not say
what became of a message; and the local emulator has none.
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
"""How long a received letter stays hidden: longer than a function may run, which is 15 minutes. It
is given back when the pass ends; a killed process leaves it hidden for as long."""

_PATIENCE = 3
_WAIT_SECONDS = 1  # more than 0 asks all of SQS's servers, and not a sample of them


@dataclass(frozen=True)
class Counts:
    """About how many messages a queue holds: SQS counts with a delay."""

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
        """Count what can be received, and what somebody has received and not deleted."""
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
        """Delete up to ten letters; give those that are still there: the error's code by id."""
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
        """Let others receive letters again, at once.

        What SQS refuses singly is not hidden any more: it was held for too long.
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
    """Meets each letter once, and holds it until it is deleted or the pass ends.

    Attributes:
        seen: letters that were given out.
        newer: letters that were sent after the pass had begun, and left: among them may be what it
            moved back and what failed again, and it must not go round in circles.
    """

    def __init__(self, inbox: Inbox, *, began: float, limit: int | None = None) -> None:
        """Prepare a pass.

        Args:
            inbox: the queue.
            began: seconds since 1970.
            limit: letters to give out, at most; all if None.
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

        An empty receipt does not mean an empty queue: SQS is asked again while it counts messages,
        and given up after three that bring nothing new.
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
        """Delete letters that were processed; give those that are still there: codes by id."""
        failed = self._inbox.delete(letters)
        for letter in letters:
            if letter.id not in failed:
                self._deleted.add(letter.id)
                del self._held[letter.id]
        return failed

    def release(self) -> None:
        """Make all received messages visible again."""
        self._inbox.release(self._held.values())
        self._held.clear()

    def _still_wanted(self, at_once: int) -> int:
        return at_once if self._limit is None else min(at_once, self._limit - self.seen)

    def _is_due(self, letter: Letter) -> bool:
        if letter.id in self._deleted:  # SQS gives it once more, from a server that was away
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
