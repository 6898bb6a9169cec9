"""Lets `app queue --retry` make a message visible that nobody has received.

SQS identifies a message by its receipt handle. In the emulator (1.5.33), its id now does as well
for ``ChangeMessageVisibilityBatch``, with the same permission.
"""

from typing import Any

from ministack.services import sqs  # type: ignore[import-untyped]

_ACTION = "ChangeMessageVisibilityBatch"
_change = sqs._HANDLERS[_ACTION]


def apply() -> None:
    """Replace the emulator's action."""
    sqs._HANDLERS[_ACTION] = _change_by_id


def _change_by_id(data: dict[str, Any], url: str) -> dict[str, Any]:
    messages = {
        message["id"]: message for message in sqs._get_q(data.get("QueueUrl", url))["messages"]
    }
    for entry in data.get("Entries", []):
        message = messages.get(entry.get("ReceiptHandle"))
        if message:
            message["receipt_handle"] = message["receipt_handle"] or message["id"]
            entry["ReceiptHandle"] = message["receipt_handle"]
    answer: dict[str, Any] = _change(data, url)
    return answer
