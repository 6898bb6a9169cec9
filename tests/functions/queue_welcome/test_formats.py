"""Reads the stream records of every version (``tests/support/formats``)."""

from typing import Any

from handlers.queue_welcome.queue import EmailQueue
from handlers.queue_welcome.queue_welcome import queue_welcomes
from tests.support.fakes import USER
from tests.support.formats import every_version, everything


@every_version
def test_stream_records_become_messages(version: str) -> None:
    sent: list[dict[str, Any]] = []

    class Sqs:
        def send_message_batch(self, **call: Any) -> dict[str, Any]:
            sent.extend(call["Entries"])
            return {}

    records = [*everything(version, "stream").values()]
    assert queue_welcomes(records, EmailQueue(Sqs(), "https://queue")) is None
    assert [each["MessageAttributes"]["user_id"]["StringValue"] for each in sent] == [
        USER.id for _ in records
    ]
