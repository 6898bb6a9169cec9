"""Writes, with this version's own code and fixed inputs, a sample of everything it stores or sends.

Write them into a new file: ``.venv/bin/python -m tests.formats.writers 2027-01-31``.
"""

import contextlib
import copy
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from handlers.cleanup_expired.welcomes import ATTEMPTS, Welcomes
from handlers.daily_report.figures import Figures
from handlers.daily_report.reports import Reports
from handlers.domain.email_message import welcome_entry
from handlers.domain.ledger import Ledger
from handlers.domain.user import NewUser
from handlers.domain.user_items import guard_item, key_item, user_item
from handlers.domain.user_store import UserStore
from handlers.process_upload.events import Upload
from handlers.process_upload.limits import Limits
from handlers.process_upload.process_upload import process
from handlers.process_upload.storage import Storage
from handlers.send_email.deliver import Delivery
from tests.functions.cleanup_expired.fakes import Queue, Table
from tests.functions.daily_report.fakes import Bucket
from tests.functions.process_upload.fakes import BUCKET, FakeS3
from tests.support.fakes import NOW, USER, FakeDynamoDB

Samples = dict[str, dict[str, Any]]

KEY = "0b7c1c1e-1d0a-4a55-8a54-5c9a3c1b7f10"
NEW = NewUser(USER.name, USER.email)
DAY = date(2026, 11, 23)
FIGURES = Figures(day=DAY, users=12, files={"copied": 1, "resized": 5}, emails={"welcome": 12})
UPLOADS = {"a/b.zip": b"PK\x05\x06" + bytes(18), "broken.jpg": b"no picture"}


class FakeMailer:
    """SES, which accepts everything, or ends the function in the middle."""

    def __init__(self, *, crashes: bool = False) -> None:
        self.crashes = crashes
        self.sent: list[str] = []

    def send(self, to: str, _content: object) -> None:
        if self.crashes:
            raise KeyboardInterrupt
        self.sent.append(to)


def written() -> Samples:
    """Return the samples of this version."""
    return {
        "users": _users(),
        "ledger": {**_emails(), **_uploads(), "Idempotency-Key": key_item(KEY, NEW, USER, NOW)},
        "messages": {"welcome": _welcome()},
        "stream": {"new user": _inserted(user_item(USER, NOW))},
        "objects": {**_outputs(), **_reports()},
    }


def received(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as SQS hands it to a function."""
    return {
        "messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        "receiptHandle": "receipt",
        "body": message["MessageBody"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            name: {"dataType": each["DataType"], "stringValue": each["StringValue"]}
            for name, each in message.get("MessageAttributes", {}).items()
        },
    }


def delivery(dynamodb: FakeDynamoDB, mailer: FakeMailer, *, now: float = NOW) -> Delivery:
    """Return what delivers messages."""
    return Delivery(
        ledger=Ledger(dynamodb, "ledger", now=lambda: now),
        users=UserStore(dynamodb, "users", now=lambda: now),
        mailer=mailer,  # type: ignore[arg-type]
        sleep=lambda _: None,
    )


def upload(name: str, content: bytes, s3: FakeS3, dynamodb: FakeDynamoDB, sequence: int) -> str:
    """Upload a file, process it, and return the outcome."""
    key = f"uploads/{name}"
    return process(
        Upload(
            bucket=BUCKET,
            key=key,
            version=s3.upload(key, content, ContentType="x/y"),
            sequence=f"{sequence:032}",
            size=len(content),
        ),
        storage=Storage(s3, BUCKET),
        ledger=Ledger(dynamodb, "ledger", now=lambda: NOW),
        limits=Limits(
            max_bytes=200_000, memory_bytes=512 * 2**20, image_max_side=60, thumbnail_side=15
        ),
        owner="r1",
        seconds_left=lambda: 100,
    ).outcome


def _users() -> dict[str, Any]:
    new = user_item(USER, NOW)
    dynamodb = FakeDynamoDB()
    dynamodb.tables["users"] = {USER.id: copy.deepcopy(new)}
    UserStore(dynamodb, "users", now=lambda: NOW).mark_welcomed(USER.id)
    return {
        "new": new,
        "guard": guard_item(USER),
        "welcomed": dynamodb.tables["users"][USER.id],
        "queued again": _swept(new),
        "given up": _swept({**new, "welcome_attempts": {"N": str(ATTEMPTS)}}),
    }


def _swept(user: dict[str, Any]) -> dict[str, Any]:
    """Return a user after the sweep."""
    table = Table(copy.deepcopy(user))
    welcomes = Welcomes(dynamodb=table, sqs=Queue(), table="table", queue_url="https://queue")
    welcomes.requeue(now=int(user["welcome_due"]["N"]), stop=lambda: False)
    return table.items[USER.id]


def _welcome() -> dict[str, Any]:
    return welcome_entry(user_id=USER.id, name=USER.name, email=USER.email)


def _emails() -> dict[str, Any]:
    done, begun = FakeDynamoDB(), FakeDynamoDB()
    record = received(_welcome())
    delivery(done, FakeMailer()).deliver(record, owner="receipt")
    with contextlib.suppress(KeyboardInterrupt):
        delivery(begun, FakeMailer(crashes=True)).deliver(record, owner="receipt")
    [sent], [claimed] = done.tables["ledger"].values(), begun.tables["ledger"].values()
    return {"e-mail sent": sent, "e-mail begun": claimed}


def _uploads() -> dict[str, Any]:
    """Return the ledger's items after an upload: the work, and what is counted."""
    found = {}
    for name, content in UPLOADS.items():
        dynamodb = FakeDynamoDB()
        upload(name, content, FakeS3(), dynamodb, 1)
        for item in dynamodb.tables["ledger"].values():
            found[f"{item['id']['S'].partition('#')[0]} {name}"] = item
    return found


def _outputs() -> dict[str, Any]:
    """Return the metadata, or the JSON, of each object that processing uploads writes."""
    s3 = FakeS3()
    for name, content in UPLOADS.items():
        upload(name, content, s3, FakeDynamoDB(), 1)
    return {
        key: json.loads(s3.body(key)) if key.endswith(".json") else s3.get(key)["Metadata"]
        for prefix in ("processed/", "rejected/")
        for key in s3.keys(prefix)
    }


def _reports() -> dict[str, Any]:
    bucket = Bucket()
    Reports(s3=bucket, bucket="bucket").write(FIGURES, "<p>")
    return {key: json.loads(bucket.objects[key]) for key in bucket.objects if "json" in key}


def _inserted(item: dict[str, Any]) -> dict[str, Any]:
    """Return the record that DynamoDB writes to the stream."""
    return {
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"id": item["id"]}, "NewImage": item, "SequenceNumber": "1"},
    }


if __name__ == "__main__":
    file = Path(__file__).with_name(f"{sys.argv[1]}.json")
    file.write_text(json.dumps(written(), indent=1, sort_keys=True) + "\n")
