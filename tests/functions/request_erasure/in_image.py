"""What the function does in its image, seen through an emulator."""

import json

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("request_erasure")
    dynamodb = backend.client("dynamodb")
    dynamodb.put_item(TableName="users", Item=samples.user_of(event))
    key = {"id": {"S": "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"}}
    dynamodb.delete_item(TableName="erasures", Key=key)
    nobody = samples.event("request_erasure")
    nobody["pathParameters"]["id"] = "nobody"
    missing, answer = invoke("request_erasure", nobody, event)
    assert missing["statusCode"] == 404, missing
    assert answer["statusCode"] == 202, answer
    assert json.loads(answer["body"])["state"] == "running"
    assert dynamodb.get_item(TableName="erasures", Key=key)["Item"]["attempt"]["N"] == "1"
