"""Faults between the bucket and the results of uploads."""

import contextlib
import hashlib
import random
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.chaos.fault_plan import Fault, Kind
from tests.support.e2e.system import keys, until
from tests.support.faults.uploads import (
    content,
    event,
    failures,
    outcomes,
    put,
    times_in_ledger,
    written,
)
from tests.support.faults.world import SECONDS, FunctionFailed, World, from_call
from tests.support.samples import PICTURE


@contextlib.contextmanager
def no_notifications(world: World) -> Iterator[None]:
    """Stop S3 from sending events: the test sends them."""
    s3 = world.cloud.client("s3")
    configured = s3.get_bucket_notification_configuration(Bucket=world.bucket)
    configured.pop("ResponseMetadata")
    s3.put_bucket_notification_configuration(Bucket=world.bucket, NotificationConfiguration={})
    try:
        yield
    finally:
        s3.put_bucket_notification_configuration(
            Bucket=world.bucket, NotificationConfiguration=configured
        )


def deliver(world: World, sent: dict[str, Any]) -> None:
    """Send an event as Lambda does: it retries while another event is processing the key."""

    def done() -> bool:
        try:
            world.invoke("process-upload", sent)
        except FunctionFailed:
            return False
        return True

    until(done, seconds=SECONDS)


@pytest.mark.parametrize("seed", range(2))
def test_s3_event_duplicated_reordered_late(world: World, seed: int) -> None:
    """The newest result stays, in whatever order the events arrive."""
    name = f"{uuid.uuid4().hex}.txt"
    with no_notifications(world):
        versions = [put(world, name, f"version {number}".encode()) for number in range(4)]
        events = [event(world, name, version, number) for number, version in enumerate(versions)]
        late = events[:1]  # again, at the end
        shuffled = events * 3
        random.Random(seed).shuffle(shuffled)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda one: deliver(world, one), shuffled))
        for one in late:
            deliver(world, one)
    output = f"processed/{name}/text.txt"
    assert content(world, output) == b"version 3"
    order = [versions.index(version) for version, _ in written(world, output)]
    assert order == sorted(set(order))
    assert all(times_in_ledger(world, name, versions[number]) == 1 for number in order)


NAMES = st.text(
    st.sampled_from("+% &=?#'\"~*()aZ09.-_äß✓😀") | st.characters(exclude_categories=["C"]),
    min_size=1,
    max_size=250,
).filter(lambda name: len(name.encode()) <= 900)


@settings(max_examples=8)
@given(name=NAMES)
@example(name="a+b c")
@example(name="%2B")
@example(name="100%25")
@example(name="x" * (1_024 - len("uploads/.txt")))
def test_url_encoded_key(world: World, name: str) -> None:
    """The key is decoded once: each file's bytes are found under its own name."""
    name, body = f"{name}.txt", uuid.uuid4().hex.encode()
    put(world, name, body)
    digest = hashlib.sha256(f"uploads/{name}".encode()).hexdigest()
    places = [f"processed/{folder}/text.txt" for folder in (name, f"by-sha256/{digest}")]
    until(lambda: body in [content(world, place) for place in places if len(place.encode()) < 1025])


def test_object_gone_meanwhile(world: World) -> None:
    """An object deleted between event and read is recorded as gone, and not retried."""
    name = f"{uuid.uuid4().hex}.txt"
    with world.faults(Fault(kind="delay", service="s3", calls=(1,), seconds=1)) as tally:
        version = put(world, name, b"text")
        world.await_hold(tally)
        world.cloud.client("s3").delete_object(
            Bucket=world.bucket, Key=f"uploads/{name}", VersionId=version
        )
        until(lambda: outcomes(world, f"uploads/{name}"), seconds=SECONDS)
    assert outcomes(world, f"uploads/{name}") == ["gone"]
    assert failures(world, name) == []


def test_object_overwritten_meanwhile(world: World) -> None:
    """Each event names its version, so nothing is read twice or mixed up."""
    name = f"{uuid.uuid4().hex}.txt"
    with world.faults(Fault(kind="delay", service="s3", calls=(1,), seconds=1)) as tally:
        first = put(world, name, b"first")
        world.await_hold(tally)
        second = put(world, name, b"second")
        until(lambda: times_in_ledger(world, name, second), seconds=SECONDS)
    assert [body for _, body in written(world, f"processed/{name}/text.txt")] == [
        b"first",
        b"second",
    ]
    assert [times_in_ledger(world, name, version) for version in (first, second)] == [1, 1]


def test_own_output_triggers_itself(world: World) -> None:
    """Each upload is one invocation; an event of an output produces nothing."""
    picture = PICTURE.read_bytes()
    folder = uuid.uuid4().hex
    uploads = {"a.jpg": picture, "b.txt": b"text", "c.bin": b"bytes", "d.jpg": picture[:2_000]}
    sent = [f"uploads/{folder}/{name}" for name in uploads]
    for name, body in uploads.items():
        put(world, f"{folder}/{name}", body)
    until(lambda: len(outcomes(world, *sent)) >= len(uploads), seconds=SECONDS)
    assert sorted(outcomes(world, *sent)) == ["copied", "extracted", "rejected", "resized"]
    made = [
        key
        for prefix in ("processed", "rejected")
        for key in keys(world.cloud.client("s3"), world.bucket, f"{prefix}/{folder}")
    ]
    assert len(made) == 6
    assert outcomes(world, *made) == []
    for key in made:
        output = event(world, "", "", 1)
        output["Records"][0]["s3"]["object"]["key"] = quote_plus(key, safe="/")
        assert world.invoke("process-upload", output) == {"outcomes": ["ignored"]}
    assert len(outcomes(world, *sent, *made)) == len(sent) + len(made)


@pytest.mark.long
def test_asynchronous_failure(world: World) -> None:
    """The event is retried, then kept; once the cause is fixed, it produces the file."""
    name = f"{uuid.uuid4().hex}.txt"
    with world.faults(Fault(kind="fail", service="s3", probability=1)) as tally:
        version = put(world, name, b"text")
        (failed,) = until(lambda: failures(world, name), seconds=SECONDS)
    assert tally.injected["fail"] >= 3
    assert keys(world.cloud.client("s3"), world.bucket, f"processed/{name}") == []
    kept = failed["requestPayload"]["Records"][0]["s3"]["object"]
    assert kept["versionId"] == version
    world.invoke("process-upload", failed["requestPayload"])
    assert content(world, f"processed/{name}/text.txt") == b"text"
    assert times_in_ledger(world, name, version) == 1


@pytest.mark.long
@pytest.mark.container
@pytest.mark.parametrize(
    ("kind", "service", "operation"),
    [
        ("delay", "s3", "GetObject"),
        ("delay", "s3", "PutObject"),
        ("delay_reply", "s3", "PutObject"),
        ("delay", "dynamodb", "PutItem"),
        ("delay_reply", "dynamodb", "PutItem"),
    ],
)
def test_crash_between_the_side_effect_and_its_record_of_a_file(
    world: World, kind: Kind, service: str, operation: str
) -> None:
    """Lambda's retry does it again, with the same effect, and it counts once."""
    name = f"{uuid.uuid4().hex}.txt"
    fault = Fault(kind=kind, service=service, operation=operation, calls=from_call(1), seconds=300)
    key = f"uploads/{name}"
    with world.faults(fault) as tally:
        version = put(world, name, b"text")
        world.kill_when_held("process-upload", tally)
        # The emulator's retry has a new request id; Lambda's keeps its id, and so its lease.
        world.end_leases_until(lambda: bool(outcomes(world, key)))
    first, *again = outcomes(world, key)  # the invocation that died logged nothing
    assert first == "extracted"
    assert set(again) <= {"duplicate"}
    assert content(world, f"processed/{name}/text.txt") == b"text"
    assert times_in_ledger(world, name, version) == 1
    assert failures(world, name) == []
