"""Reads what every version has written of uploads (``tests/support/formats``)."""

from handlers.domain.upload_store import UploadStore
from tests.functions.request_upload.formats import KEY, NEW, UPLOAD_ID
from tests.support.fakes import NOW, USER, FakeDynamoDB
from tests.support.formats import every_version, everything

BEFORE_UPLOADS = "2026-11-24"


def store(*items: object) -> UploadStore:
    client = FakeDynamoDB()
    client.tables["uploads"] = {item["id"]["S"]: item for item in items}  # type: ignore[index]
    return UploadStore(client, "uploads", now=lambda: NOW + 60)


@every_version
def test_uploads_are_read(version: str) -> None:
    cases = everything(version, "uploads")
    cases.pop("Idempotency-Key", None)
    assert bool(cases) is (version > BEFORE_UPLOADS)
    for name, item in cases.items():
        found = store(item).get(USER.id, UPLOAD_ID)
        assert found, name
        assert found.upload.state == {"requested": "waiting"}.get(name, name)
        assert bool(found.outputs) is (name == "done")
        assert (found.upload.reason == "damaged") is (name == "rejected")


@every_version
def test_a_key_stays_used(version: str) -> None:
    items = everything(version, "uploads")
    if items:
        again = store(items["requested"], items["Idempotency-Key"])
        replayed = again.create(USER.id, NEW, idempotency_key=KEY)
        assert (replayed.upload.id, replayed.replayed) == (UPLOAD_ID, True)
