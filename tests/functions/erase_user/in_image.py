"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("erase_user")
    item = {"id": {"S": event["erasure"]}, "requested": {"N": "1"}, "attempt": {"N": "1"}}
    backend.client("dynamodb").put_item(TableName="erasures", Item=item)
    steps = ("stop-welcome", "anonymise", "delete", "confirm", "finish")
    answers = invoke("erase_user", *({**event, "step": step} for step in steps))
    assert answers == [{"busy": False}] * len(steps)
