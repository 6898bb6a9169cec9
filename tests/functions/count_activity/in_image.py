"""What the function does in its image, seen through an emulator."""

import time

from handlers.runtime.clock import day
from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    event, today = samples.event("count_activity"), {"S": day(time.time())}
    for record in event["Records"]:
        record["dynamodb"]["NewImage"]["day"] = today
    assert invoke("count_activity", event, event) == [{"batchItemFailures": []}] * 2
    stored = backend.client("dynamodb").get_item(
        TableName="activity", Key={"id": {"S": "figures"}, "day": today}
    )["Item"]
    counts = {figure: stored[figure]["N"] for figure in ("created", "welcomed", "processed")}
    assert counts == dict.fromkeys(counts, "1")
