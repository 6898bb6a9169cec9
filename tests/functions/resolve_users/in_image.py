"""What the function does in its image, seen through an emulator."""

from typing import Any

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    asked: Any = samples.event("resolve_users")
    user = samples.user_of({"pathParameters": asked[0]["arguments"]})
    backend.client("dynamodb").put_item(TableName="users", Item=user)
    asked[1]["arguments"] = {"id": "user_unknown"}
    create: Any = samples.event("resolve_users", "create")
    create[0]["arguments"]["input"]["email"] = "graphql@example.com"  # create-user has the sample's
    created, found = invoke("resolve_users", create, asked)
    assert created[0]["data"]["replayed"] is False, created
    assert found[0]["data"]["name"] == "Ada Lovelace"
    assert found[1]["errorType"] == "not_found"
