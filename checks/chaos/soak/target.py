"""The running system as the senders see it: what the outside world can do to it."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from local.cloud import Cloud


class Target:
    """Sends to one cloud, as its root account: no fault is injected between them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._queue = cloud.outputs["sqs_queue_url"]
        self._bucket = cloud.outputs["s3_bucket_name"]
        self._ledger = cloud.outputs["ledger_table_name"]

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
        """Upload a file; give the id of its version."""
        answer = self._cloud.client("s3").put_object(Bucket=self._bucket, Key=key, Body=content)
        return str(answer["VersionId"])

    def plant(self, number: int) -> None:
        """Put an entry into the ledger that has expired, for the cleanup to delete."""
        expired = int(time.time()) - 60
        self._cloud.client("dynamodb").put_item(
            TableName=self._ledger,
            Item={
                "id": {"S": planted(number)},
                "expires": {"N": str(expired)},
                "expires_day": {"S": time.strftime("%Y-%m-%d", time.gmtime(expired))},
            },
        )

    def day_back(self, days: int) -> tuple[str, str]:
        """Return the time of a schedule some days ago, and the day that its report is of."""
        moment = datetime.now(UTC) - timedelta(days=days)
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}", f"{moment - timedelta(days=1):%Y-%m-%d}"

    def schedule(self, function: str, event: dict[str, Any]) -> None:
        """Invoke a function as a schedule does: accepted at once, tried again if it fails."""
        ref = self._cloud.functions[function]
        self._cloud.client("lambda").invoke(
            FunctionName=ref.name,
            Qualifier=ref.qualifier,
            InvocationType="Event",
            Payload=json.dumps(event).encode(),
        )


def planted(number: int) -> str:
    """Return the id of the entry that an input planted."""
    return f"soak#{number}"
