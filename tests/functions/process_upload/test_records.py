"""What callers learn of their uploads, while files come, come again, and fail."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.upload_key import ids_of, output_key, upload_key
from handlers.process_upload import keys
from handlers.process_upload.storage import StorageError
from tests.functions.process_upload import files as files
from tests.functions.process_upload.world import World
from tests.support.fakes import USER, client_error
from tests.support.upload_items import KEY, UPLOAD_ID, item

# The parallel test runner has threads of its own.
pytestmark = [
    pytest.mark.early,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]

NAME = KEY.removeprefix("uploads/")


@pytest.fixture
def world() -> World:
    made = World()
    made.dynamodb.tables["uploads"] = {UPLOAD_ID: {**item(state="waiting"), "expires": {"N": "1"}}}
    return made


def recorded(world: World) -> dict[str, Any]:
    return world.dynamodb.tables["uploads"][UPLOAD_ID]


def test_a_file_is_done_and_its_record_is_kept(world: World) -> None:
    assert world.process(world.upload(NAME, b"some text")).outcome == "extracted"
    assert recorded(world)["state"] == {"S": "done"}
    assert recorded(world)["outputs"] == {"L": [{"S": "text.txt"}]}
    assert "expires" not in recorded(world)
    assert "lease" not in recorded(world)
    assert output_key(KEY, "text.txt") in world.s3.keys("processed/")


def test_a_rejected_file_has_a_reason(world: World) -> None:
    name = NAME.replace(".txt", ".jpg")
    assert world.process(world.upload(name, b"no picture")).outcome == "rejected"
    assert recorded(world)["state"] == {"S": "rejected"}
    assert recorded(world)["reason"] == {"S": "content_mismatch"}


def test_a_file_that_is_gone_is_rejected(world: World) -> None:
    upload = world.upload(NAME, b"x")
    world.s3.versions.clear()
    assert world.process(upload).outcome == "gone"
    assert recorded(world)["reason"] == {"S": "gone"}


def test_a_copied_file_is_named(world: World) -> None:
    name = NAME.removesuffix(".txt")
    world.process(world.upload(name, b"\x00\x01"))
    assert recorded(world)["outputs"] == {"L": [{"S": "original"}]}


def test_a_failure_is_shown_and_a_retry_mends_it(world: World) -> None:
    upload = world.upload(NAME, b"some text")
    world.s3.denied = {"PutObject"}
    with pytest.raises(StorageError):
        world.process(upload)
    assert recorded(world)["state"] == {"S": "failed"}
    world.s3.denied = set()
    world.process(upload)
    assert recorded(world)["state"] == {"S": "done"}


def test_a_record_that_cannot_be_written_is_tried_again(world: World) -> None:
    """The file is not counted as done before the record says so."""
    upload = world.upload(NAME, b"some text")
    world.dynamodb.errors = [client_error("InternalServerError", status=500)]
    with pytest.raises(Exception, match="InternalServerError"):
        world.process(upload)
    assert world.process(upload).outcome == "extracted"
    assert recorded(world)["state"] == {"S": "done"}


def test_an_event_that_comes_twice_changes_nothing(world: World) -> None:
    upload = world.upload(NAME, b"some text")
    world.process(upload)
    before = dict(recorded(world))
    assert world.process(upload, owner="r2").outcome == "duplicate"
    assert recorded(world) == before


@pytest.mark.parametrize("late", [False, True])
def test_a_file_that_replaces_another_has_the_record(world: World, late: bool) -> None:
    """Whichever event comes first."""
    first, second = world.upload(NAME, b"first"), world.upload(NAME, b"second and last")
    for upload in (second, first) if late else (first, second):
        world.process(upload, owner=upload.version or "")
    assert recorded(world)["sequence"] == {"S": second.sequence}
    assert recorded(world)["state"] == {"S": "done"}


def test_a_key_that_nobody_requested_has_no_record(world: World) -> None:
    world.dynamodb.tables["uploads"].clear()
    assert world.process(world.upload(NAME, b"some text")).outcome == "extracted"
    assert world.dynamodb.tables["uploads"] == {}


@pytest.mark.parametrize(
    "name",
    [
        "photo.jpg",
        f"users/{USER.id}/photo.jpg",
        f"users/{USER.id}/{UPLOAD_ID}.txt/more",
        f"users/{USER.id}/{UPLOAD_ID}.TXT",
        f"users/{USER.id}/{UPLOAD_ID}\n",
        f"users/x/../{USER.id}/{UPLOAD_ID}.txt",
    ],
)
def test_other_keys_are_processed_as_before(world: World, name: str) -> None:
    world.process(world.upload(name, b"\x00\x01"))
    assert world.dynamodb.calls == []


@given(st.text())
def test_ids_are_read_from_keys_of_their_form_only(text: str) -> None:
    assert ids_of(f"uploads/{text}") is None
    assert ids_of(text) is None


@pytest.mark.parametrize("content_type", ["image/jpeg", "TEXT/plain; charset=utf-8", "x/y"])
def test_outputs_are_where_the_links_lead(content_type: str) -> None:
    key = upload_key(USER.id, UPLOAD_ID, content_type)
    assert ids_of(key) == (USER.id, UPLOAD_ID)
    assert keys.output(keys.PROCESSED, key, "text.txt") == output_key(key, "text.txt")


def test_the_lease_of_a_killed_function_ends(world: World) -> None:
    upload = world.upload(NAME, b"x")
    records = world.records
    records.processing(upload, seconds=105)
    assert recorded(world)["state"] == {"S": "processing"}
    assert int(recorded(world)["lease"]["N"]) > 0
    records.done(replace(upload, sequence="0"), ["late.txt"])
    assert recorded(world)["state"] == {"S": "processing"}
