"""Sends inputs to the running system as the outside world does."""

import json
from typing import Any

from checks.chaos.soak.schedules import schedules
from local.cloud import Cloud
from ops.smoke.api import send_form


class Target:
    """Sends to one cloud, as its root account: no fault is injected between them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._queue = cloud.outputs["sqs_queue_url"]
        self._bucket = cloud.outputs["s3_bucket_name"]

    def send_message(self, body: str) -> None:
        """Put a message on the e-mail queue."""
        self._cloud.client("sqs").send_message(QueueUrl=self._queue, MessageBody=body)

    def send_welcome(self, user_id: str, address: str) -> None:
        """Queue a user's welcome, as the stream and the hourly sweep do."""
        body = {"to": address, "subject": "Welcome", "body": "Once more", "type": "welcome"}
        self._cloud.client("sqs").send_message(
            QueueUrl=self._queue,
            MessageBody=json.dumps(body),
            MessageAttributes={"user_id": {"DataType": "String", "StringValue": user_id}},
        )

    def upload(self, key: str, content: bytes) -> str:
        """Upload a file; return the id of its version."""
        answer = self._cloud.client("s3").put_object(Bucket=self._bucket, Key=key, Body=content)
        return str(answer["VersionId"])

    def send(self, form: dict[str, Any], content: bytes) -> str:
        """Upload a file by the form that a caller was given; return the id of its version."""
        return send_form(form, content).headers["x-amz-version-id"]

    def prepare(self, function: str, number: int, slot: int) -> tuple[dict[str, Any], str]:
        """Prepare the input of a schedule; return its event and its detail."""
        return schedules()[function].prepare(self._cloud, number, slot)

    def schedule(self, function: str, event: dict[str, Any]) -> None:
        """Invoke a function as a schedule does: accepted at once, tried again if it fails."""
        ref = self._cloud.functions[function]
        self._cloud.client("lambda").invoke(
            FunctionName=ref.name,
            Qualifier=ref.qualifier,
            InvocationType="Event",
            Payload=json.dumps(event).encode(),
        )
