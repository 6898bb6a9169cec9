"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, _: Backend) -> None:
    (answer,) = invoke("push_uploads", samples.event("push_uploads"))
    assert answer == {"batchItemFailures": []}
