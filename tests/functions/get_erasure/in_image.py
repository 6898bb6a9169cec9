"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("get_erasure")
    item = {
        "id": {"S": event["pathParameters"]["id"]},
        "requested": {"N": "1"},
        "attempt": {"N": "1"},
    }
    backend.client("dynamodb").put_item(TableName="erasures", Item=item)
    (answer,) = invoke("get_erasure", event)
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["state"] == "failed"  # it was never started
