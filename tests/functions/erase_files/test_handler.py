"""A user's files and uploads are deleted, in whatever pieces, and whatever fails in between."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.erasure_store import ErasureStore
from handlers.erase_files.erase_files import MARGIN_SECONDS, erase_files
from handlers.erase_files.files import MOST, Files, NotDeleted
from handlers.erase_files.handler import handler
from handlers.erase_files.uploads import PAGE, SETTLE_SECONDS, Uploads
from handlers.runtime.asynchronous import Failed
from tests.functions.erase_files.fakes import FakeBucket
from tests.support import samples
from tests.support.fakes import (
    NOW,
    USER,
    FakeContext,
    FakeDynamoDB,
    client_error,
    log,
    logged_text,
    outcomes,
)

__all__ = ["log"]

ERASURE = "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"
OTHER = "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFH"
FOLDERS = ("uploads", "processed", "rejected")
PREFIXES = tuple(f"{folder}/users/" for folder in FOLDERS)
LONG_AGO = int(NOW) - 10_000


class World:
    """A user's files and uploads, and an erasure that works on them."""

    def __init__(self) -> None:
        self.bucket = FakeBucket()
        self.client = FakeDynamoDB()
        item = samples.erasure_item(ERASURE)
        self.client.tables = {"erasures": {ERASURE: item}, "uploads": {}}
        self.now = NOW
        self.left: Callable[[], float] = lambda: 300

    def file(self, name: str, version: str = "1", folder: str = "uploads") -> None:
        self.bucket.versions.append((f"{folder}/users/{USER.id}/{name}", version))

    def upload(self, number: int, *, deadline: int = LONG_AGO, state: str = "done") -> None:
        id_ = f"upload_{number:026}"
        self.client.tables["uploads"][id_] = {
            "user": {"S": USER.id},
            "id": {"S": id_},
            "deadline": {"N": str(deadline)},
            "state": {"S": state},
        }

    def run(self) -> dict[str, Any]:
        return erase_files(
            ERASURE,
            erasures=ErasureStore(self.client, "erasures"),
            files=Files(s3=self.bucket, bucket="storage", prefixes=PREFIXES),
            uploads=Uploads(dynamodb=self.client, table="uploads", now=lambda: self.now),
            now=lambda: self.now,
            seconds_left=lambda: self.left(),
        )

    @property
    def erasure(self) -> Any:
        return ErasureStore(self.client, "erasures").read(ERASURE)


def test_all_versions_and_outputs_go_and_others_stay(log: pytest.LogCaptureFixture) -> None:
    world = World()
    for version in ("1", "2", "delete"):
        world.file("a.jpg", version)
    world.file("a.jpg/resized.jpg", folder="processed")
    world.file("b.jpg/reason.json", folder="rejected")
    world.upload(1)
    theirs = [(f"uploads/users/{OTHER}/a.jpg", "1"), ("uploads/a.jpg", "1"), ("reports/x", "1")]
    world.bucket.versions += theirs
    assert world.run() == {"next": "done", "until": ""}
    assert world.bucket.versions == theirs
    assert world.client.tables["uploads"] == {}
    assert world.erasure.objects == 5
    assert outcomes(log) == ["erased"]
    assert "a.jpg" not in logged_text(log)


def test_it_stops_in_time_and_goes_on(log: pytest.LogCaptureFixture) -> None:
    world = World()
    for number in range(2 * MOST + 1):
        world.file(str(number))
    for number in range(PAGE + 1):
        world.upload(number)
    world.left = lambda: MARGIN_SECONDS - 1
    rounds = [world.run()["next"] for _ in range(5)]
    assert rounds == ["again"] * 5
    assert world.run() == {"next": "done", "until": ""}
    assert (world.bucket.versions, world.client.tables["uploads"]) == ([], {})
    assert world.erasure.objects == 2 * MOST + 1


@pytest.mark.parametrize(
    ("deadline", "state", "until"),
    [
        (int(NOW) + 900, "waiting", "2026-11-23T03:48:47Z"),
        (int(NOW) + 900, "done", "2026-11-23T03:48:47Z"),  # the form works once more
        (int(NOW) - SETTLE_SECONDS + 1, "waiting", "2026-11-23T03:28:48Z"),
        (LONG_AGO, "processing", "2026-11-23T03:33:47Z"),
        (LONG_AGO, "failed", "2026-11-23T03:33:47Z"),
        (LONG_AGO, "rejected", ""),
        (LONG_AGO, "waiting", ""),
        (int(NOW) - SETTLE_SECONDS, "waiting", ""),
    ],
)
def test_it_waits_for_files_that_may_still_come(deadline: int, state: str, until: str) -> None:
    world = World()
    world.upload(1, deadline=deadline, state=state)
    assert world.run() == {"next": "wait" if until else "done", "until": until}
    assert world.client.tables["uploads"] == {}
    # A run in between neither forgets the time, nor ends before it.
    assert world.run() == {"next": "wait" if until else "done", "until": until}
    world.file("late.jpg")
    world.now = NOW + 900 + SETTLE_SECONDS
    assert world.run() == {"next": "done", "until": until}
    assert world.bucket.versions == []


def test_the_latest_form_counts() -> None:
    world = World()
    for number, deadline in enumerate((900, 30, 600)):
        world.upload(number, deadline=int(NOW) + deadline)
    assert world.run()["until"] == "2026-11-23T03:48:47Z"


def test_the_time_is_kept_before_the_uploads_that_tell_it_go() -> None:
    world = World()
    world.upload(1, deadline=int(NOW) + 900)
    delete = world.client.delete_item

    def broken(**_: Any) -> None:
        raise client_error("InternalServerError", status=500)

    world.client.delete_item = broken  # type: ignore[method-assign]
    with pytest.raises(Exception, match="InternalServerError"):
        world.run()
    assert world.erasure.until == "2026-11-23T03:48:47Z"
    world.client.delete_item = delete  # type: ignore[method-assign]
    assert world.run()["next"] == "wait"


def test_what_s3_keeps_fails_without_its_key() -> None:
    world = World()
    world.file("secret.jpg", "1")
    world.file("secret.jpg", "2")
    world.bucket.refused = {"2"}
    with pytest.raises(NotDeleted) as failed:
        world.run()
    assert str(failed.value) == "1 of 2: InternalError"
    world.bucket.refused = set()
    assert world.run()["next"] == "done"
    assert world.bucket.versions == []


@given(
    files=st.lists(st.tuples(st.sampled_from(FOLDERS), st.integers(0, 9)), max_size=20),
    uploads=st.integers(0, 5),
    failures=st.lists(st.integers(0, 12), max_size=4),
    breaks=st.lists(st.booleans(), max_size=8),
)
def test_it_ends_in_the_same_state_whatever_fails(
    files: list[tuple[str, int]], uploads: int, failures: list[int], breaks: list[bool]
) -> None:
    world = World()
    for number, (folder, name) in enumerate(files):
        world.file(str(name), str(number), folder)
    for number in range(uploads):
        world.upload(number)
    for number in failures:
        target = world.bucket.errors if number % 2 else world.client.errors
        target.append(client_error("InternalServerError", status=500))
    early: Iterator[bool] = iter(breaks)
    world.left = lambda: 0 if next(early, False) else 300
    answer = {"next": "again"}
    for _ in range(100):
        try:
            answer = world.run()
        except Exception:  # noqa: BLE001 - any, as the state machine retries
            continue
        if answer["next"] == "done":
            break
    assert answer["next"] == "done"
    assert (world.bucket.versions, world.client.tables["uploads"]) == ([], {})


def test_an_error_leaves_without_details(log: pytest.LogCaptureFixture) -> None:
    world = World()
    world.bucket.errors = [client_error("AccessDenied", status=403)]
    with pytest.raises(Failed) as failed:
        handler.invoke(
            samples.event("erase_files"),
            FakeContext(),
            ErasureStore(world.client, "erasures"),
            Files(s3=world.bucket, bucket="storage", prefixes=PREFIXES),
            Uploads(dynamodb=world.client, table="uploads", now=lambda: NOW),
        )
    assert "canary" not in str(failed.value) + logged_text(log)
    assert outcomes(log) == ["failed"]
    assert log.records[0].trace == "3f0c6d1e-5f0b-4f2a-9a51-1d6a5a1f0c11"  # type: ignore[attr-defined]


def test_an_erasure_that_does_not_exist_fails() -> None:
    world = World()
    world.client.tables["erasures"] = {}
    with pytest.raises(LookupError):
        world.run()
