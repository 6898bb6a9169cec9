"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("count_activity")
    day = event["Records"][0]["dynamodb"]["NewImage"]["day"]
    assert invoke("count_activity", event, event) == [{"batchItemFailures": []}] * 2
    stored = backend.client("dynamodb").get_item(
        TableName="activity", Key={"id": {"S": "figures"}, "day": day}
    )["Item"]
    counts = {figure: stored[figure]["N"] for figure in ("created", "welcomed", "processed")}
    assert counts == dict.fromkeys(counts, "1")
