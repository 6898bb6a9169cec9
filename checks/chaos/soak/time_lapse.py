"""Skips the waiting times of a system at rest.

Failed messages wait for minutes or hours, a killed function's claims for a minute or two, and new
users for an hour until the sweep. These functions leave each of them as it would be after that
time.
"""

import json
import threading
import time

from checks.chaos.calls import Call
from checks.chaos.clock import jump
from checks.chaos.soak.schedules import schedules
from local.cloud import Cloud

_TIME_LAPSE_SECONDS = 25 * 3600  # longer than any lease
_DELAYED = {
    Call("sqs", "ChangeMessageVisibility"),
    Call("sqs", "ChangeMessageVisibilityBatch"),
}


class Delays:
    """Records the receipt handles of the messages that functions have delayed."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = threading.Lock()

    def watch(self, call: Call, body: bytes) -> None:
        """Record the delays in a call that a function makes."""
        if call not in _DELAYED:
            return
        request = json.loads(body)
        now = time.time()
        with self._lock:
            self._until = {handle: end for handle, end in self._until.items() if end > now}
            for entry in request.get("Entries", [request]):
                self._until[entry["ReceiptHandle"]] = now + entry["VisibilityTimeout"]

    def __len__(self) -> int:
        return len(self._until)

    def end(self, cloud: Cloud) -> None:
        """Make all delayed messages visible now."""
        sqs = cloud.client("sqs")
        with self._lock:
            handles, self._until = list(self._until), {}
        for handle in handles:
            try:
                sqs.change_message_visibility(
                    QueueUrl=cloud.outputs["sqs_queue_url"],
                    ReceiptHandle=handle,
                    VisibilityTimeout=0,
                )
            except sqs.exceptions.ReceiptHandleIsInvalid:
                continue  # it has come again, and gone, meanwhile


def end_leases(cloud: Cloud) -> None:
    """End the leases of all claims, as their holders were killed."""
    table = cloud.outputs["ledger_table_name"]
    jump(cloud.client("dynamodb"), table, seconds=_TIME_LAPSE_SECONDS, attributes=["lease"])


def pending(cloud: Cloud) -> int:
    """Count what waits for a schedule, such as users who were not welcomed yet, and erasures."""
    return _erasures(cloud) + sum(schedule.pending(cloud) for schedule in schedules().values())


def _erasures(cloud: Cloud) -> int:
    """Count the erasures that are not done, if the system has erasures."""
    table = cloud.outputs.get("erasures_table_name")
    pages = (
        cloud.client("dynamodb").get_paginator("scan").paginate(TableName=table) if table else ()
    )
    return sum("done" not in item for page in pages for item in page["Items"])


def pass_time(cloud: Cloud) -> None:
    """Run at once what waits for a schedule."""
    for schedule in schedules().values():
        schedule.pass_time(cloud)
