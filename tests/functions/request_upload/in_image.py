"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("request_upload")
    backend.client("dynamodb").put_item(TableName="users", Item=samples.user_of(event))
    (answer,) = invoke("request_upload", event)
    assert answer["statusCode"] == 201, answer
    requested = json.loads(answer["body"])
    assert {"key", "policy", "x-amz-signature"} < set(requested["form"]["fields"])
    key = {"user": {"S": requested["upload"]["user"]}, "id": {"S": requested["upload"]["id"]}}
    stored = backend.client("dynamodb").get_item(TableName="user-uploads", Key=key)
    assert stored["Item"]["state"]["S"] == "waiting"
