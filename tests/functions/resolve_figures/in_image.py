"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    backend.client("dynamodb").put_item(
        TableName="activity",
        Item={"id": {"S": "figures"}, "day": {"S": "2026-11-23"}, "created": {"N": "2"}},
    )
    ((answer,),) = invoke("resolve_figures", samples.event("resolve_figures"))
    assert [day["created"] for day in answer["data"]] == [0, 2, 0], answer
