"""The e-mail queue, as this function writes to it."""

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
            messages: each as ``SendMessage`` takes it.

        Returns:
            Which ones the queue did not take, by position, and the error's code. All of them if the
            call failed as a whole: some may have been taken, and will be sent again; whoever reads
            the queue has to expect that anyway.
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
