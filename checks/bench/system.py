"""What the measured handlers act on: a local cloud, quiet, and an event of each function's kind."""

import contextlib
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handlers.domain.user import User
from handlers.domain.user_items import user_item
from handlers.runtime.clock import day
from local import cloud as local_cloud
from local.aws import ROOT_KEY
from local.cloud import Cloud

SAMPLES = Path(__file__).parents[2] / "tests" / "functions"
_EPOCH = 1_790_000_000
_numbers = itertools.count(1)


@dataclass(frozen=True)
class System:
    """A running local cloud in which nothing but the measured handlers acts."""

    cloud: Cloud

    def environment(self, function: str) -> dict[str, str]:
        """Return what Lambda would set, and the program's settings of a function.

        Args:
            function: its folder, such as ``create_user``.
        """
        ref = self.cloud.functions[function.replace("_", "-")]
        described = self.cloud.client("lambda").get_function_configuration(FunctionName=ref.name)
        region = self.cloud.aws.region
        return {
            **described["Environment"]["Variables"],
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": self.cloud.endpoint,
            "AWS_LAMBDA_FUNCTION_NAME": ref.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(described["MemorySize"]),
        }

    def event(self, function: str) -> Any:
        """Make an event that the function has not had before, and what it needs to be served."""
        event = json.loads((SAMPLES / function / "event.json").read_text())
        prepare = _PREPARE.get(function)
        if prepare is not None:
            prepare(self.cloud, event, next(_numbers))
        return event

    def upload_event(self, key: str, *, size: int, version: str | None) -> Any:
        """Make the event of an object that is in the bucket, of a version unless it is None."""
        event = json.loads((SAMPLES / "process_upload" / "event.json").read_text())
        for record in event["Records"]:
            record["s3"]["bucket"]["name"] = self.cloud.outputs["s3_bucket_name"]
            record["s3"]["object"] |= {"key": key, "size": size, "versionId": version}
        return event


@contextlib.contextmanager
def start() -> Iterator[System]:
    """Start a local cloud, and take its triggers away: what they set off would disturb."""
    with local_cloud.start() as cloud:
        functions = cloud.client("lambda")
        for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        cloud.client("s3").put_bucket_notification_configuration(
            Bucket=cloud.outputs["s3_bucket_name"], NotificationConfiguration={}
        )
        yield System(cloud)


def _create_user(_: Cloud, event: Any, number: int) -> None:
    event["body"] = json.dumps({"name": "Ada Lovelace", "email": f"ada{number}@example.com"})


def _get_user(cloud: Cloud, event: Any, _: int) -> None:
    user = User(event["pathParameters"]["id"], "Ada Lovelace", "ada@example.com", day(_EPOCH))
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"], Item=user_item(user, _EPOCH)
    )


def _send_email(_: Cloud, event: Any, number: int) -> None:
    """Leave one message, which welcomes no user: three calls."""
    event["Records"] = [record for record in event["Records"] if not record["messageAttributes"]]
    for record in event["Records"]:
        record["messageId"] = f"bench-{number}"


def _process_upload(cloud: Cloud, event: Any, number: int) -> None:
    bucket, key = cloud.outputs["s3_bucket_name"], f"uploads/{number}.jpg"
    picture = (SAMPLES / "process_upload" / "picture.jpg").read_bytes()
    stored = cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=picture)
    made = System(cloud).upload_event(key, size=len(picture), version=stored["VersionId"])
    event.update(made)


_PREPARE: dict[str, Callable[[Cloud, Any, int], None]] = {
    "create_user": _create_user,
    "get_user": _get_user,
    "send_email": _send_email,
    "process_upload": _process_upload,
}
