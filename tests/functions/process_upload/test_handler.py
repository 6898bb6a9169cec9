import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handlers.domain.upload_key import work_id
from handlers.process_upload import handler as module
from handlers.process_upload.limits import Limits
from handlers.process_upload.records import Records
from handlers.process_upload.storage import Storage
from handlers.runtime.asynchronous import Failed
from tests.functions.process_upload import files as files
from tests.functions.process_upload.fakes import BUCKET, Context, FakeLedger, FakeS3
from tests.support import samples
from tests.support.samples import PICTURE

# The parallel test runner has threads of its own.
pytestmark = [
    pytest.mark.early,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]

LIMITS = Limits(max_bytes=1_000_000, memory_bytes=512 * 2**20, image_max_side=60, thumbnail_side=15)


class World:
    def __init__(self) -> None:
        self.s3 = FakeS3()
        self.ledger = FakeLedger()

    def handle(self, event: dict[str, Any]) -> list[str]:
        storage = Storage(self.s3, BUCKET)
        records = Records(None, "uploads")  # the API uploaded none of these files
        answer = module.handler.invoke(event, Context(), storage, self.ledger, records, LIMITS)
        return answer["outcomes"]


@pytest.fixture
def world(caplog: pytest.LogCaptureFixture) -> World:
    caplog.set_level(logging.INFO)
    return World()


def event(variant: str = "") -> dict[str, Any]:
    return samples.event("process_upload", variant)


def record(key: str, size: int = 1, bucket: str = BUCKET) -> dict[str, Any]:
    made: dict[str, Any] = event()["Records"][0]
    made["s3"]["bucket"]["name"] = bucket
    made["s3"]["object"] |= {"key": key, "size": size}
    del made["s3"]["object"]["versionId"]
    return made


def outcomes(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(one.levelname, one.__dict__["outcome"]) for one in caplog.records]


def test_an_event_as_s3_sends_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    given = event()
    version = given["Records"][0]["s3"]["object"]["versionId"]
    picture = PICTURE.read_bytes()
    world.s3.versions["uploads/photos/red flower.jpg"] = {
        version: {"body": picture, "etag": '"e"', "ContentType": "image/jpeg"}
    }
    assert world.handle(given) == ["resized"]
    folder = "processed/photos/red flower.jpg"
    assert world.s3.keys(folder) == [f"{folder}/resized.jpg", f"{folder}/thumbnail.jpg"]
    assert outcomes(caplog) == [("INFO", "resized")]
    assert caplog.records[0].__dict__["size"] == len(picture)
    assert caplog.records[0].__dict__["version"] == version


def test_a_test_event_is_ignored(world: World, caplog: pytest.LogCaptureFixture) -> None:
    assert world.handle(event("test")) == ["ignored"]
    assert outcomes(caplog) == [("INFO", "ignored")]


@pytest.mark.parametrize(
    "given",
    [
        record("processed/a.jpg/resized.jpg"),
        record("rejected/a.jpg/original.jpg"),
        record("Uploads/a.jpg"),
        record("uploads%252Fa.jpg"),
        record("uploads/a/", size=0),
        record("uploads/", size=0),
        record("uploads/a.jpg", bucket="another"),
    ],
)
def test_other_objects_are_ignored(
    world: World, caplog: pytest.LogCaptureFixture, given: dict[str, Any]
) -> None:
    assert world.handle({"Records": [given]}) == ["ignored"]
    assert outcomes(caplog) == [("WARNING", "ignored")]
    assert world.s3.calls == []


def test_outputs_are_never_processed_as_uploads(world: World) -> None:
    for name, content in [("a.txt", b"x"), ("a.jpg", b"x"), ("a.bin", b"x"), ("a", b"GIF89a")]:
        world.s3.upload(f"uploads/{name}", content)
        world.handle({"Records": [record(f"uploads/{name}")]})
    made = world.s3.keys("processed/") + world.s3.keys("rejected/")
    assert len(made) == 6
    assert set(world.handle({"Records": [record(key) for key in made]})) == {"ignored"}


def test_one_failure_does_not_stop_the_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.s3.upload("uploads/a.txt", b"x")
    world.s3.upload("uploads/b.bin", b"x")
    world.s3.upload("uploads/c.txt", b"x")
    world.s3.denied = {"CopyObject"}
    given = {"Records": [record(f"uploads/{name}") for name in ("a.txt", "b.bin", "c.txt")]}
    broken: dict[str, Any] = {"Records": [{"s3": {}}, *given["Records"]]}
    with pytest.raises(Failed, match="2 of 4 uploads failed"):
        world.handle(broken)
    assert world.s3.keys("processed/") == ["processed/a.txt/text.txt", "processed/c.txt/text.txt"]
    assert outcomes(caplog) == [
        ("ERROR", "failed"),
        ("INFO", "extracted"),
        ("ERROR", "failed"),
        ("INFO", "extracted"),
    ]
    assert caplog.records[2].__dict__["text"] == "CopyObject: AccessDenied (HTTP 403)"
    world.s3.denied = set()
    assert world.handle(given) == ["duplicate", "copied", "duplicate"]


def test_a_busy_upload_is_tried_again_without_alarm(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.txt", "b.txt"):
        world.s3.upload(f"uploads/{name}", b"x")
    busy = world.ledger.claim(work_id("uploads/a.txt"), owner="another", lease_seconds=60)
    given = {"Records": [record("uploads/a.txt"), record("uploads/b.txt")]}
    with pytest.raises(Failed, match="1 of 2 uploads failed"):
        world.handle(given)
    assert outcomes(caplog) == [("INFO", "busy"), ("INFO", "extracted")]
    world.ledger.release(busy)
    assert world.handle(given) == ["extracted", "duplicate"]


def test_neither_logs_nor_errors_name_a_file(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    name = f"uploads/{files.CANARY}"
    contents = {
        "a.txt": b"x",
        "b.jpg": b"x",
        "c.bin": b"\x00",
        "d.png": files.tagged("PNG")[:500],
        "e.pdf": b"",
    }
    for suffix, content in contents.items():
        world.s3.upload(f"{name}{suffix}", content)
    given = {"Records": [record(f"{name}{suffix}") for suffix in [*contents, "gone", "%FF"]]}
    for denied in ({"GetObject"}, {"PutObject", "CopyObject"}, {"bug"}, set()):
        world.s3.denied = denied
        with pytest.raises(Failed) as failed:
            world.handle(given)
        assert files.CANARY not in repr(failed.value)
    formatter = logging.Formatter()
    for one in caplog.records:
        assert files.CANARY not in formatter.format(one) + repr(one.__dict__)
    reasons = {one.__dict__.get("reason") for one in caplog.records}
    assert reasons >= {"content_mismatch", "damaged", "empty"}


def test_a_cold_start_loads_no_parser() -> None:
    script = (
        "import sys, handlers.process_upload.handler as h\n"
        "print({'PIL', 'pypdfium2', 'docx', 'lxml', 'boto3'} & set(sys.modules))"
    )
    root = Path(__file__).parents[3]
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == "set()"
