"""Samples of what ``request-upload`` writes."""

from unittest.mock import patch

from handlers.domain.upload import NewUpload
from handlers.domain.upload_store import UploadStore
from tests.support.fakes import NOW, USER, FakeDynamoDB
from tests.support.formats import Samples

KEY = "0b7c1c1e-1d0a-4a55-8a54-5c9a3c1b7f10"
NEW = NewUpload("notes.txt", "text/plain", 9)
UPLOAD_ID = "upload_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"


def written() -> Samples:
    """Return the samples of this version."""
    client = FakeDynamoDB()
    with patch("handlers.domain.upload_store.new_ulid", lambda _: UPLOAD_ID[7:]):
        UploadStore(client, "uploads", now=lambda: NOW).create(USER.id, NEW, idempotency_key=KEY)
    return {
        "uploads": {
            "requested" if item_id == UPLOAD_ID else "Idempotency-Key": item
            for item_id, item in client.tables["uploads"].items()
        }
    }
