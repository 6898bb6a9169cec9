"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    (answer,) = invoke("recount", samples.event("recount"))
    assert set(answer) == {"days"}
    stored = backend.client("dynamodb").scan(TableName="activity", Select="COUNT")
    assert stored["Count"] >= answer["days"] - 4
