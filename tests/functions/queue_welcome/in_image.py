"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    (answer,) = invoke("queue_welcome", samples.event("queue_welcome"))
    assert answer == {"batchItemFailures": []}
    received = backend.client("sqs").receive_message(
        QueueUrl=backend.queue_url, MaxNumberOfMessages=10
    )
    assert {json.loads(message["Body"])["type"] for message in received["Messages"]} == {"welcome"}
