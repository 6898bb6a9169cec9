"""Samples of what ``process-upload`` writes."""

import json
from typing import Any

import pytest

from handlers.domain.ledger import Ledger
from handlers.process_upload.events import Upload
from handlers.process_upload.limits import Limits
from handlers.process_upload.processing import process
from handlers.process_upload.records import Records
from handlers.process_upload.storage import Storage, StorageError
from tests.functions.process_upload.fakes import BUCKET, FakeS3
from tests.support.fakes import NOW, FakeDynamoDB
from tests.support.formats import Samples
from tests.support.upload_items import KEY, UPLOAD_ID, item

UPLOADS = {"a/b.zip": b"PK\x05\x06" + bytes(18), "broken.jpg": b"no picture"}


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
        records=Records(dynamodb, "uploads", now=lambda: NOW),
        limits=Limits(
            max_bytes=200_000, memory_bytes=512 * 2**20, image_max_side=60, thumbnail_side=15
        ),
        owner="r1",
        seconds_left=lambda: 100,
    ).outcome


def written() -> Samples:
    """Return the samples of this version."""
    return {"ledger": _ledger(), "objects": _objects(), "uploads": _records()}


def _records() -> dict[str, Any]:
    """Return the record of a caller's upload in each state, after ``request-upload`` wrote it."""
    upload = Upload(bucket=BUCKET, key=KEY, version="v1", sequence=f"{1:032}", size=9)
    found = {}
    for state in ("processing", "done", "rejected", "failed"):
        dynamodb = FakeDynamoDB()
        dynamodb.tables["uploads"] = {UPLOAD_ID: item(state="waiting")}
        records = Records(dynamodb, "uploads", now=lambda: NOW)
        records.processing(upload, seconds=130)
        match state:
            case "done":
                records.done(upload, ["text.txt"])
            case "rejected":
                records.rejected(upload, "damaged")
            case "failed":
                records.failed(upload)
        found[state] = dynamodb.tables["uploads"][UPLOAD_ID]
    return found


def _ledger() -> dict[str, Any]:
    """Return the ledger's items after an upload: the work, and what is counted."""
    found = {}
    for name, content in UPLOADS.items():
        dynamodb = FakeDynamoDB()
        upload(name, content, FakeS3(), dynamodb, 1)
        for entry in dynamodb.tables["ledger"].values():
            found[f"{entry['id']['S'].partition('#')[0]} {name}"] = entry
    dynamodb, s3 = FakeDynamoDB(), FakeS3()
    s3.denied = {"GetObject"}
    with pytest.raises(StorageError):
        upload("a/b.zip", b"", s3, dynamodb, 1)
    found["failed"] = next(i for i in dynamodb.tables["ledger"].values() if "outcome" in i)
    return found


def _objects() -> dict[str, Any]:
    """Return the metadata, or the JSON, of each object."""
    s3 = FakeS3()
    for name, content in UPLOADS.items():
        upload(name, content, s3, FakeDynamoDB(), 1)
    return {
        key: json.loads(s3.body(key)) if key.endswith(".json") else s3.get(key)["Metadata"]
        for prefix in ("processed/", "rejected/")
        for key in s3.keys(prefix)
    }
