"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    backend.client("dynamodb").put_item(
        TableName="activity",
        Item={"id": {"S": "figures"}, "day": {"S": "2026-11-23"}, "created": {"N": "2"}},
    )
    (answer,) = invoke("get_activity", samples.event("get_activity"))
    assert answer["statusCode"] == 200, answer
    assert [day["created"] for day in json.loads(answer["body"])["days"]] == [0, 2, 0]
