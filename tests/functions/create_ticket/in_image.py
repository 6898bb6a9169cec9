"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    (answer,) = invoke("create_ticket", samples.event("create_ticket"))
    assert answer["statusCode"] == 201, answer
    assert "?ticket=" in json.loads(answer["body"])["url"]
    [item] = backend.client("dynamodb").scan(TableName="live-connections")["Items"]
    assert item["topic"]["S"].startswith("ticket#")
