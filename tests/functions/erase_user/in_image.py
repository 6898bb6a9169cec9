"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    # Of a user of its own: the e-mails of the samples' user are to be sent.
    event = samples.event("erase_user") | {"erasure": "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFH"}
    item = {"id": {"S": event["erasure"]}, "requested": {"N": "1"}, "attempt": {"N": "1"}}
    backend.client("dynamodb").put_item(TableName="erasures", Item=item)
    steps = ("stop-welcome", "anonymise", "delete", "confirm", "finish")
    answers = invoke("erase_user", *({**event, "step": step} for step in steps))
    assert answers == [{"busy": False}] * len(steps)
