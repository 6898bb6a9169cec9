"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("get_user")
    user = samples.user_of(event)
    backend.client("dynamodb").put_item(TableName="users", Item=user)
    (answer,) = invoke("get_user", event)
    assert answer["statusCode"] == 200, answer
    assert json.loads(answer["body"])["email"] == user["email"]["S"]
