"""Shows the messages in the program's queues without consuming them, and retries them at once."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from local.aws import ACCOUNT_ID, Aws
from local.deployed import Deployed
from local.errors import NotRunning, unknown
from ops.redrive.inbox import MOST_ENTRIES

TYPE = "aws:sqs/queue:Queue"
State = Literal["waiting", "in_flight", "delayed"]


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message.

    Attributes:
        state: ``waiting`` for a consumer; ``in_flight``: received, and hidden until ``visible``;
            ``delayed``: not yet received, and hidden until then.
        sent: seconds since 1970, as ``visible``.
        receives: how often it was received.
        body: text, as it was sent.
        attributes: its message attributes, as ``SendMessage`` takes them.
    """

    id: str
    state: State
    sent: int
    visible: int
    receives: int
    body: str
    attributes: dict[str, Any]


class Queues:
    """The queues of the program, by the names that it gives them."""

    def __init__(self, aws: Aws, deployed: Deployed) -> None:
        self._aws = aws
        self._urls = deployed.ids(TYPE)
        letters: Mapping[str, Any] = deployed.outputs.get("dead_letters") or {}
        self._dead_letters = {
            entry["target"]: name for name, entry in letters.items() if entry["kind"] == "queue"
        }
        self.redrivable = frozenset(letters)

    def messages(self) -> dict[str, list[Message]]:
        """Return the messages of every queue, the oldest first.

        Raises:
            NotRunning: the emulator does not answer.
        """
        try:
            answer = self._aws.ask("GET", "/_ministack/sqs/messages")
            found = answer["messages"].get(ACCOUNT_ID, {}).get(self._aws.region, {})
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            raise NotRunning(
                f"The local cloud does not answer at {self._aws.endpoint}. Start it again: app up"
            ) from None
        by_name = {url.rpartition("/")[2]: messages for url, messages in found.items()}
        return {
            name: [_read(message) for message in by_name.get(url.rpartition("/")[2], [])]
            for name, url in self._urls.items()
        }

    def of(self, name: str) -> list[Message]:
        """Return the messages of one queue.

        Raises:
            LocalError: there is no such queue.
        """
        if name not in self._urls:
            raise unknown("queue", name, self._urls)
        return self.messages()[name]

    def dead_letters(self, name: str) -> str | None:
        """Return the queue to which SQS moves what fails too often; None if there is none."""
        return self._dead_letters.get(self._urls[name])

    def retry(self, name: str) -> int:
        """Make all messages of a queue visible at once; return how many were hidden."""
        hidden = [message.id for message in self.of(name) if message.state != "waiting"]
        for first in range(0, len(hidden), MOST_ENTRIES):
            self._aws.client("sqs").change_message_visibility_batch(
                QueueUrl=self._urls[name],
                Entries=[
                    # The emulator knows them by their ids too: see server/message_ids.py.
                    {"Id": str(position), "ReceiptHandle": id_, "VisibilityTimeout": 0}
                    for position, id_ in enumerate(hidden[first : first + MOST_ENTRIES])
                ],
            )
        return len(hidden)


def _read(message: Mapping[str, Any]) -> Message:
    hidden: State = "in_flight" if message["ReceiveCount"] else "delayed"
    return Message(
        id=message["MessageId"],
        state="waiting" if message["IsVisible"] else hidden,
        sent=message["SentTimestamp"],
        visible=message["VisibleAt"],
        receives=message["ReceiveCount"],
        body=message["Body"],
        attributes=message["MessageAttributes"],
    )
