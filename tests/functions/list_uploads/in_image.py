"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke
from tests.support.upload_items import item


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("list_uploads")
    dynamodb = backend.client("dynamodb")
    dynamodb.put_item(TableName="users", Item=samples.user_of(event))
    dynamodb.put_item(TableName="user-uploads", Item=item(state="waiting"))
    (answer,) = invoke("list_uploads", event)
    assert answer["statusCode"] == 200, answer
    assert len(json.loads(answer["body"])["uploads"]) == 1
