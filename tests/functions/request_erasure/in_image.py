"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("request_erasure")
    dynamodb = backend.client("dynamodb")
    dynamodb.put_item(TableName="users", Item=samples.user_of(event))
    nobody = samples.event("request_erasure")
    nobody["pathParameters"]["id"] = "nobody"
    missing, answer = invoke("request_erasure", nobody, event)
    assert missing["statusCode"] == 404, missing
    # The backend has no state machine, which is the last that the function asks for.
    assert answer["statusCode"] == 500, answer
    assert json.loads(answer["body"]) == {"error": "Failed to erase the user"}
    key = {"id": {"S": "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"}}
    assert dynamodb.get_item(TableName="erasures", Key=key)["Item"]["attempt"]["N"] == "1"
