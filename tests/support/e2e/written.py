"""What a running system has written: where personal data belongs, and everywhere else."""

import json
from collections.abc import Iterator
from typing import Any

from local.cloud import Cloud
from local.log_format import Formatter
from local.logs import LogReader
from local.mail import sent
from local.server.console import settings
from tests.support.e2e.system import logical_name

KEEPS = ("uploads/", "processed/", "rejected/")
"""Prefixes of the bucket that hold what callers sent, and what was made of it."""

Place = tuple[str, bytes]
"""What it is called, and its content."""


def elsewhere(cloud: Cloud) -> Iterator[Place]:
    """Yield all that must hold no personal data."""
    yield from _logs(cloud)
    yield from _console(cloud)
    yield from _files_of_the_emulator(cloud)
    yield from _monitoring(cloud)
    yield "table ledger", _table(cloud, "ledger_table_name")
    for key, content in _objects(cloud):
        if not key.startswith(KEEPS):
            yield f"object {key}", key.encode() + content


def keeping(cloud: Cloud) -> Iterator[Place]:
    """Yield where personal data belongs."""
    yield "table users", _table(cloud, "dynamodb_table_name")
    yield "mail", _bytes(sent(cloud.aws))
    for url in cloud.client("sqs").list_queues()["QueueUrls"]:
        yield f"queue {logical_name(url.rpartition('/')[2])}", _bytes(_messages(cloud, url))
    for key, content in _objects(cloud):
        if key.startswith(KEEPS):
            yield f"object {key}", key.encode() + content


def recorded(cloud: Cloud) -> Iterator[Place]:
    """Yield the history, which only this machine's user can read."""
    for path in cloud.history.parent.glob(f"{cloud.history.name}*"):
        yield f"file {path.name}", path.read_bytes()


def _logs(cloud: Cloud) -> Iterator[Place]:
    """Yield the content of every log group, of functions and gateway."""
    logs = cloud.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        name = group["logGroupName"]
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
        yield f"log {name}", _bytes([page["events"] for page in pages])


def _console(cloud: Cloud) -> Iterator[Place]:
    """Return the output of ``app logs``."""
    formatter = Formatter(cloud.functions, colour=True)
    invocations = LogReader(cloud.aws, cloud.functions).poll()
    yield "console", "\n".join(map(formatter.format, invocations)).encode()


def _files_of_the_emulator(cloud: Cloud) -> Iterator[Place]:
    """Yield the emulator's log and the files in its folder, which is also the workers' /tmp."""
    log = cloud.emulator.log
    assert log.exists()
    for path in log.parent.rglob("*"):
        if path.name == settings.FILE:  # has the outputs, and with them the keys
            assert path.stat().st_mode & 0o077 == 0
        elif path.is_file() and not path.name.startswith(cloud.history.name):
            yield f"file {path.relative_to(log.parent)}", path.name.encode() + path.read_bytes()


def _monitoring(cloud: Cloud) -> Iterator[Place]:
    cloudwatch = cloud.client("cloudwatch")
    yield "metrics", _bytes(cloudwatch.list_metrics()["Metrics"])
    alarms = cloudwatch.get_paginator("describe_alarms").paginate()  # 50 in a page
    yield "alarms", b"".join(map(_bytes, alarms))
    yield "history of alarms", _bytes(cloudwatch.describe_alarm_history())
    for entry in cloudwatch.list_dashboards()["DashboardEntries"]:
        body = cloudwatch.get_dashboard(DashboardName=entry["DashboardName"])["DashboardBody"]
        yield f"dashboard {entry['DashboardName']}", body.encode()
    filters = cloud.client("logs").get_paginator("describe_metric_filters").paginate()
    yield "metric filters", b"".join(map(_bytes, filters))


def _table(cloud: Cloud, output: str) -> bytes:
    pages = cloud.client("dynamodb").get_paginator("scan")
    return _bytes([page["Items"] for page in pages.paginate(TableName=cloud.outputs[output])])


def _messages(cloud: Cloud, url: str) -> list[Any]:
    found: dict[str, Any] = {}
    for _ in range(10):  # ten messages come at a time, and stay
        answer = cloud.client("sqs").receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=5,
            MessageAttributeNames=["All"],
        )
        new = {message["MessageId"]: message for message in answer.get("Messages", [])}
        if not new:
            break
        found |= new
    return list(found.values())


def _objects(cloud: Cloud) -> Iterator[tuple[str, bytes]]:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for item in page.get("Contents", ()):
            yield item["Key"], s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()


def _bytes(content: Any) -> bytes:
    return json.dumps(content, default=str, ensure_ascii=False).encode()
