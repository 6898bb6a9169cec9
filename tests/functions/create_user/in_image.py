"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    first, second = invoke(
        "create_user", samples.event("create_user"), samples.event("create_user")
    )
    assert first["statusCode"] == 201, first
    user = json.loads(first["body"])["user"]
    stored = backend.client("dynamodb").get_item(TableName="users", Key={"id": {"S": user["id"]}})
    assert stored["Item"]["email"]["S"] == user["email"]
    assert second["statusCode"] == 409
