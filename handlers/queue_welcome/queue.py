"""The e-mail queue, to which this function writes."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

MAX_ENTRIES = 10
"""Messages in one SendMessageBatch."""


class EmailQueue:
    """Sends messages with botocore's SQS client."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, messages: list[dict[str, Any]]) -> dict[int, str]:
        """Send up to ten messages (``sqs:SendMessage``).

        Args:
            messages: arguments of ``SendMessage``, one dict for each message.

        Returns:
            The error code of each message that the queue did not accept, by position. If the whole
            call failed, this lists all messages, though the queue may hold some of them. They are
            then sent twice, which every reader of a queue must expect.
        """
        try:
            response = self._client.send_message_batch(
                QueueUrl=self._url,
                Entries=[
                    {"Id": str(position), **message} for position, message in enumerate(messages)
                ],
            )
        except ClientError as error:
            return dict.fromkeys(range(len(messages)), error.response["Error"]["Code"])
        except BotoCoreError as error:
            return dict.fromkeys(range(len(messages)), type(error).__name__)
        return {int(entry["Id"]): entry["Code"] for entry in response.get("Failed", [])}
