"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("send_email")
    first, again = invoke("send_email", event, event)
    assert first == again == {"batchItemFailures": []}
    assert len(backend.sent()) == len(event["Records"])
