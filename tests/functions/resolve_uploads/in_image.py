"""What the function does in its image, seen through an emulator."""

from typing import Any

from tests.support import samples
from tests.support.images.backend import Backend, Invoke
from tests.support.upload_items import item


def check(invoke: Invoke, backend: Backend) -> None:
    listed: Any = samples.event("resolve_uploads")
    user = samples.user_of({"pathParameters": {"id": listed[0]["arguments"]["user"]}})
    dynamodb = backend.client("dynamodb")
    dynamodb.put_item(TableName="users", Item=user)
    dynamodb.put_item(TableName="user-uploads", Item=item(state="done", outputs=["text.txt"]))
    requested, page, outputs = invoke(
        "resolve_uploads",
        samples.event("resolve_uploads", "request"),
        listed,
        samples.event("resolve_uploads", "outputs"),
    )
    assert requested[0]["data"]["upload"]["state"] == "waiting", requested
    assert {"waiting", "done"} <= {edge["node"]["state"] for edge in page[0]["data"]["edges"]}
    assert "X-Amz-Signature=" in outputs[1]["data"][0]["url"]
