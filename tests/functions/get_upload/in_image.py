"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke
from tests.support.upload_items import item


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("get_upload")
    dynamodb = backend.client("dynamodb")
    dynamodb.put_item(TableName="users", Item=samples.user_of(event))
    dynamodb.put_item(TableName="user-uploads", Item=item(state="done", outputs=["text.txt"]))
    (answer,) = invoke("get_upload", event)
    assert answer["statusCode"] == 200, answer
    [output] = json.loads(answer["body"])["outputs"]
    assert "X-Amz-Signature=" in output["url"]
