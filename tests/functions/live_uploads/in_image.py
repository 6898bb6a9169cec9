"""What the function does in its image, seen through an emulator."""

import json

from handlers.domain.live_store import LiveStore
from tests.support import samples
from tests.support.images.backend import Backend, Invoke
from tests.support.upload_items import item


def check(invoke: Invoke, backend: Backend) -> None:
    message, connect = samples.event("live_uploads"), samples.event("live_uploads", "connect")
    dynamodb = backend.client("dynamodb")
    asked = json.loads(message["body"])
    user = samples.user_of({"pathParameters": {"id": asked["user"]}})
    dynamodb.put_item(TableName="users", Item=user)
    dynamodb.put_item(TableName="user-uploads", Item=item(state="rejected", reason="damaged"))
    ticket, _ = LiveStore(dynamodb, "live-connections").issue(None)
    connect["queryStringParameters"] = {"ticket": ticket}
    del connect["headers"]["Origin"]
    events = (connect, message, samples.event("live_uploads", "disconnect"))
    connected, answered, disconnected = invoke("live_uploads", *events)
    assert connected == disconnected == {"statusCode": 200}
    assert json.loads(answered["body"])["upload"]["reason"] == "damaged"
