"""Delivers events of AWS's services again: at the same time, or late."""

import hashlib
import json
import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote_plus

from botocore.exceptions import ReadTimeoutError

from local.cloud import Cloud

_ROUNDS = 5
_PAUSES_SECONDS = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


class Events:
    """Invokes functions of one cloud with events that look as if a service had sent them."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._ledger = cloud.outputs["ledger_table_name"]
        self._bucket = cloud.outputs["s3_bucket_name"]

    def deliver(self, body: str, *, copies: int, dice: random.Random) -> bool:
        """Deliver one message of the e-mail queue, several times at the same moment.

        Tries again as a queue would, five times in all, until one delivery succeeds.

        Returns:
            True if one succeeded.
        """
        message_id = str(uuid.UUID(int=dice.getrandbits(128), version=4))
        with ThreadPoolExecutor(copies) as threads:
            for round_ in range(_ROUNDS):
                time.sleep(round_)
                events = [
                    _message(message_id, body, receives=round_ + 1, handle=f"{message_id}-{copy}")
                    for copy in range(copies * round_, copies * (round_ + 1))
                ]
                if any(threads.map(self._is_sent, events)):
                    return True
        return False

    def repeat_upload(self, key: str, version: str) -> None:
        """Deliver the event of an earlier upload again, with the same sequencer."""
        entry = self._entry(key)
        if "sequence" not in entry:
            return  # its own event has not come yet
        sequencer, _, moment = entry["sequence"]["S"].partition(" ")
        record = {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "eventTime": moment,
            "s3": {
                "bucket": {"name": self._bucket},
                "object": {
                    "key": quote_plus(key, safe="/"),
                    "versionId": version,
                    "sequencer": sequencer,
                },
            },
        }
        self._invoke(
            consumer_of_uploads(self._cloud), {"Records": [record]}, InvocationType="Event"
        )

    def wait_for_upload(self, key: str) -> None:
        """Wait until an upload under a key was processed, for a few seconds at most."""
        for pause in _PAUSES_SECONDS:
            time.sleep(pause)
            if self._entry(key).get("state") == {"S": "done"}:
                return

    def _entry(self, key: str) -> dict[str, Any]:
        answer = self._cloud.client("dynamodb").get_item(
            TableName=self._ledger,
            Key={"id": {"S": f"upload#{hashlib.sha256(key.encode()).hexdigest()}"}},
        )
        entry: dict[str, Any] = answer.get("Item", {})
        return entry

    def _is_sent(self, event: dict[str, Any]) -> bool:
        try:
            answer = self._invoke(consumer_of_messages(self._cloud), event)
        except ReadTimeoutError:
            return False
        payload = json.load(answer["Payload"])
        return "FunctionError" not in answer and payload == {"batchItemFailures": []}

    def _invoke(self, function: str, event: dict[str, Any], **how: str) -> dict[str, Any]:
        ref = self._cloud.functions[function]
        answer: dict[str, Any] = self._cloud.client("lambda").invoke(
            FunctionName=ref.name,
            Qualifier=ref.qualifier,
            Payload=json.dumps(event).encode(),
            **how,
        )
        return answer


def consumer_of_messages(cloud: Cloud) -> str:
    """Return the function that the e-mail queue invokes."""
    url = cloud.outputs["sqs_queue_url"]
    attributes = cloud.client("sqs").get_queue_attributes(
        QueueUrl=url, AttributeNames=["QueueArn"]
    )["Attributes"]
    (mapping,) = cloud.client("lambda").list_event_source_mappings(
        EventSourceArn=attributes["QueueArn"]
    )["EventSourceMappings"]
    return _name(cloud, mapping["FunctionArn"])


def consumer_of_uploads(cloud: Cloud) -> str:
    """Return the function that the bucket invokes."""
    (notification,) = cloud.client("s3").get_bucket_notification_configuration(
        Bucket=cloud.outputs["s3_bucket_name"]
    )["LambdaFunctionConfigurations"]
    return _name(cloud, notification["LambdaFunctionArn"])


def _name(cloud: Cloud, arn: str) -> str:
    """Return the logical name of a function."""
    physical = arn.split(":")[6]
    (name,) = [name for name, ref in cloud.functions.items() if ref.name == physical]
    return name


def _message(message_id: str, body: str, *, receives: int, handle: str) -> dict[str, Any]:
    record = {
        "messageId": message_id,
        "receiptHandle": handle,
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}
