"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    (answer,) = invoke("cleanup_expired", samples.event("cleanup_expired"))
    assert answer
    assert all(isinstance(count, int) for count in answer.values())
