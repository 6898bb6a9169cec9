"""Reads what is stored: e-mails, queues, tables and files. Reading a queue consumes nothing."""

import time
from typing import Any

from local import mail
from local.aws import ACCOUNT_ID
from local.files import Files
from local.items import plain_item
from local.schedule_event import is_over
from local.server.console.stage import Stage

_MOST_ITEMS = 100
_MOST_FILES = 500


def mails(stage: Stage) -> list[dict[str, Any]]:
    """Return the sent e-mails without their bodies, the newest first."""
    return [
        {
            "id": message["MessageId"],
            "time": float(message["Timestamp"]),
            "from": message["Source"],
            "to": message["To"],
            "subject": message["Subject"],
        }
        for message in reversed(mail.sent(stage.aws))
    ]


def mail_parts(stage: Stage, id_: str) -> tuple[str, str] | None:
    """Return the text and the HTML of an e-mail; None if there is none."""
    for message in mail.sent(stage.aws):
        if message["MessageId"] == id_:
            return message.get("BodyText") or "", message.get("BodyHtml") or ""
    return None


def queues(stage: Stage) -> list[dict[str, Any]]:
    """Return each queue with its messages, the oldest first."""
    held = stage.aws.ask("GET", "/_ministack/sqs/messages")["messages"].get(ACCOUNT_ID, {})
    settings, now = stage.settings, time.time()
    dead = settings.outputs.get("dead_letters", {})
    found = []
    for region in held.values():
        for url, messages in region.items():
            name = settings.name(url.rpartition("/")[2])
            found.append(
                {
                    "name": name,
                    "dead_letters": name in dead,
                    "messages": [
                        {
                            "id": message["MessageId"],
                            "sent": message["SentTimestamp"],
                            "age": max(0, now - message["SentTimestamp"]),
                            "receives": message["ReceiveCount"],
                            "visible": message["IsVisible"],
                            "visible_at": message["VisibleAt"],
                            "body": message["Body"],
                            "attributes": {
                                key: value.get("StringValue", "(binary)")
                                for key, value in message["MessageAttributes"].items()
                            },
                        }
                        for message in messages
                    ],
                }
            )
    return sorted(found, key=lambda queue: (queue["dead_letters"], queue["name"]))


def tables(stage: Stage) -> list[dict[str, Any]]:
    """Return each table with its first items."""
    client, settings = stage.client("dynamodb"), stage.settings
    found = []
    for physical in client.list_tables()["TableNames"]:
        page = client.scan(TableName=physical, Limit=_MOST_ITEMS)
        found.append(
            {
                "name": settings.name(physical),
                "more": "LastEvaluatedKey" in page,
                "items": [plain_item(item) for item in page["Items"]],
            }
        )
    return sorted(found, key=lambda table: table["name"])


def files(stage: Stage) -> list[dict[str, Any]]:
    """Return the files in the bucket by key."""
    stored = Files(stage.aws, stage.settings.outputs).list("")
    return [
        {"key": item.key, "size": item.size, "modified": item.modified}
        for item, _ in zip(stored, range(_MOST_FILES), strict=False)
    ]


def file(stage: Stage, key: str) -> tuple[bytes, str] | None:
    """Return a file and its type; None if there is none."""
    s3, bucket = stage.client("s3"), stage.settings.outputs.get("s3_bucket_name")
    try:
        stored = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey:
        return None
    return stored["Body"].read(), stored.get("ContentType", "")


def schedules(stage: Stage) -> list[dict[str, Any]]:
    """Return each schedule with its function, and the input that it passes."""
    client, settings = stage.client("scheduler"), stage.settings
    found = []
    for listed in client.list_schedules()["Schedules"]:
        given = client.get_schedule(Name=listed["Name"])
        physical = given["Target"]["Arn"].partition(":function:")[2].partition(":")[0]
        found.append(
            {
                "name": settings.name(given["Name"]),
                "arn": given["Arn"],
                "function": settings.name(physical),
                "expression": given["ScheduleExpression"],
                "state": given.get("State", "ENABLED"),
                "over": is_over(
                    given["ScheduleExpression"], given.get("ScheduleExpressionTimezone") or "UTC"
                ),
                "input": given["Target"].get("Input", "{}"),
            }
        )
    return sorted(found, key=lambda schedule: schedule["name"])
