"""Faults between the bucket and what is made of uploads."""

import contextlib
import hashlib
import json
import os
import random
import tempfile
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from process_upload import upload_files as files
from system import keys, log_records, until
from world import SECONDS, FunctionFailed, World

from chaos.ledger import Ledger
from chaos.plan import Fault, Kind

EVENTS = Path(__file__).parent.parent / "events"


def put(world: World, name: str, body: bytes) -> str:
    """Upload, and give the version."""
    answer = world.cloud.client("s3").put_object(
        Bucket=world.bucket, Key=f"uploads/{name}", Body=body
    )
    version: str = answer["VersionId"]
    return version


def content(world: World, key: str) -> bytes | None:
    try:
        answer = world.cloud.client("s3").get_object(Bucket=world.bucket, Key=key)
    except ClientError as error:
        # The second, where the key is none that XML can hold.
        if error.response["Error"]["Code"] not in ("NoSuchKey", "404"):
            raise
        return None
    body: bytes = answer["Body"].read()
    return body


def event(world: World, name: str, version: str, sequencer: int) -> dict[str, Any]:
    """S3's event of an upload, as it would be sent."""
    described = {
        "key": quote_plus(f"uploads/{name}", safe="/"),
        "versionId": version,
        "sequencer": f"{sequencer:018X}",
        "size": 1,
    }
    return {
        "Records": [
            {
                "eventTime": "2026-11-23T03:28:47.000Z",
                "s3": {"bucket": {"name": world.bucket}, "object": described},
            }
        ]
    }


def outcomes(world: World) -> list[str]:
    """Of all uploads so far."""
    group = world.cloud.functions["process-upload"].log_group
    records = log_records(world.cloud.client("logs"), group)
    return [record["outcome"] for record in records if "outcome" in record]


def counted(world: World, name: str, version: str) -> int:
    """How often a file counts in the daily report."""
    digest = hashlib.sha256(f"uploads/{name}\n{version}".encode()).hexdigest()
    return sum(item["id"]["S"] == f"file#{digest}" for item in world.items(world.ledger))


@contextlib.contextmanager
def no_notifications(world: World) -> Iterator[None]:
    """Keep S3 from sending events: the test sends them."""
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
    """Send an event as Lambda does, which tries again while another one works on the key."""

    def done() -> bool:
        try:
            world.invoke("process-upload", sent)
        except FunctionFailed:
            return False
        return True

    until(done, seconds=SECONDS)


@pytest.mark.parametrize("seed", range(3))
def test_s3_event_duplicated_reordered_late(world: World, seed: int) -> None:
    """The newest stays, whatever came when; and no version's result replaces a newer one's."""
    name = f"{uuid.uuid4().hex}.txt"
    with no_notifications(world):
        versions = [put(world, name, f"version {number}".encode()) for number in range(4)]
        events = [event(world, name, version, number) for number, version in enumerate(versions)]
        late = events[:1]  # again, when all is over
        shuffled = events * 3
        random.Random(seed).shuffle(shuffled)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda one: deliver(world, one), shuffled))
        for one in late:
            deliver(world, one)
    output = f"processed/{name}/text.txt"
    assert content(world, output) == b"version 3"
    s3 = world.cloud.client("s3")
    written = s3.list_object_versions(Bucket=world.bucket, Prefix=output)["Versions"]
    made_of = [
        s3.head_object(Bucket=world.bucket, Key=output, VersionId=v["VersionId"])["Metadata"]
        for v in reversed(written)  # oldest first
    ]
    order = [versions.index(metadata["upload-version"]) for metadata in made_of]
    assert order == sorted(set(order))
    assert all(counted(world, name, versions[number]) == 1 for number in order)


NAMES = st.text(
    st.sampled_from("+% &=?#'\"~*()aZ09.-_äß✓😀") | st.characters(exclude_categories=["C"]),
    min_size=1,
    max_size=250,
).filter(lambda name: len(name.encode()) <= 900) | st.sampled_from(
    ["%2B", "a%2Bb", "%252B", "100%25", "+", "a+b c", "x" * 1_012]
)


@settings(max_examples=12, deadline=None)
@given(name=NAMES)
def test_url_encoded_key(world: World, name: str) -> None:
    """Decoded once: by whatever name a file comes, its own bytes are found under that name."""
    name, body = f"{name}.txt", uuid.uuid4().hex.encode()
    put(world, name, body)
    digest = hashlib.sha256(f"uploads/{name}".encode()).hexdigest()
    places = [f"processed/{folder}/text.txt" for folder in (name, f"by-sha256/{digest}")]
    until(lambda: body in [content(world, place) for place in places if len(place.encode()) < 1025])


def test_object_gone_meanwhile(world: World) -> None:
    """Deleted between its event and its reading: so it is written down, and not tried again."""
    name = f"{uuid.uuid4().hex}.txt"
    before = outcomes(world)
    with world.faults(Fault(kind="delay", service="s3", calls=(1,), seconds=1)) as tally:
        version = put(world, name, b"text")
        world.await_hold(tally)
        world.cloud.client("s3").delete_object(
            Bucket=world.bucket, Key=f"uploads/{name}", VersionId=version
        )
        until(lambda: len(outcomes(world)) > len(before), seconds=SECONDS)
    assert outcomes(world)[len(before) :] == ["gone"]
    assert failures(world, name) == []


def test_object_overwritten_meanwhile(world: World) -> None:
    """Each event is about its own version, so nothing is read twice or mixed up."""
    name = f"{uuid.uuid4().hex}.txt"
    with world.faults(Fault(kind="delay", service="s3", calls=(1,), seconds=1)) as tally:
        first = put(world, name, b"first")
        world.await_hold(tally)
        second = put(world, name, b"second")
        until(lambda: counted(world, name, second), seconds=SECONDS)
    assert content(world, f"processed/{name}/text.txt") == b"second"
    assert [counted(world, name, version) for version in (first, second)] == [1, 1]


def test_own_output_triggers_itself(world: World) -> None:
    """As many invocations as uploads; and an event of an output makes nothing new."""
    before = outcomes(world)
    picture = (EVENTS / "picture.jpg").read_bytes()
    folder = uuid.uuid4().hex
    uploads = {"a.jpg": picture, "b.txt": b"text", "c.bin": b"bytes", "d.jpg": picture[:2_000]}
    for name, body in uploads.items():
        put(world, f"{folder}/{name}", body)
    until(lambda: len(outcomes(world)) >= len(before) + len(uploads), seconds=SECONDS)
    new = outcomes(world)[len(before) :]
    assert sorted(new) == ["copied", "extracted", "rejected", "resized"]
    made = [
        key
        for prefix in ("processed", "rejected")
        for key in keys(world.cloud.client("s3"), world.bucket, f"{prefix}/{folder}")
    ]
    assert len(made) == 6
    for key in made:
        sent = event(world, "", "", 1)
        sent["Records"][0]["s3"]["object"]["key"] = quote_plus(key, safe="/")
        assert world.invoke("process-upload", sent) == {"outcomes": ["ignored"]}
    assert len(outcomes(world)) == len(before) + len(uploads) + len(made)


HOSTILE = {
    "image-bomb.png": files.png_bomb(),
    "pdf-bomb.pdf": files.pdf(bytes(200 * 2**20), compress=True),
    "zip-bomb.docx": files.word_with(b"<w:document/>", megabytes=200),
    "truncated.jpg": (EVENTS / "picture.jpg").read_bytes()[:5_000],
    "wrong-extension.png": b"#!/bin/sh\nexit 1\n",
}


@pytest.mark.container
@pytest.mark.parametrize("name", HOSTILE)
def test_image_pdf_zip_bomb_truncated_wrong_extension(
    world: World, name: str, small_memory: None
) -> None:
    """Kept whole under `rejected/` with a reason, and the function goes on.

    Here parsers have their own limits (``handlers/process_upload/sandbox.py``); in a container the
    whole function has besides the memory that the program declares, and no more.
    """
    ledger, folder = Ledger(), uuid.uuid4().hex
    ledger.send(name, HOSTILE[name])
    put(world, f"{folder}/{name}", HOSTILE[name])
    place = f"rejected/{folder}/{name}"
    until(lambda: content(world, f"{place}/reason.json"), seconds=SECONDS)
    found = content(world, f"{place}/original{Path(name).suffix}")
    made = keys(world.cloud.client("s3"), world.bucket, f"processed/{folder}/{name}")
    balance = ledger.balance(effects=[name] * len(made), kept=[(name, found)])
    assert balance.kept == {name}, balance
    assert json.loads(content(world, f"{place}/reason.json") or b"")["reason"]
    put(world, f"{folder}/after.txt", b"after")
    until(lambda: content(world, f"processed/{folder}/after.txt/text.txt"), seconds=SECONDS)


@pytest.fixture
def small_memory(world: World, docker: bool) -> None:
    """Limit the function's containers to its memory, as Lambda does and the emulator does not."""
    if docker:
        put(world, "warm.txt", b"warm")
        until(lambda: content(world, "processed/warm.txt/text.txt"), seconds=SECONDS)
        world.limit_memory("process-upload")


@pytest.mark.parametrize(
    "path",
    [
        "../../../../tmp/{}.txt",
        "/tmp/{}.txt",
        "a/../../{}.txt",
        "./{}.txt",
        "a\0{}.txt",
        "..\\{}.txt",
    ],
)
def test_path_traversal_nul_absolute_keys(world: World, path: str) -> None:
    """A key is a name: its file is processed under `processed/`, and no path is made of it."""
    marker = uuid.uuid4().hex
    name = path.format(marker)
    put(world, name, marker.encode())
    digest = hashlib.sha256(f"uploads/{name}".encode()).hexdigest()
    places = [f"processed/{folder}/text.txt" for folder in (name, f"by-sha256/{digest}")]
    until(lambda: marker.encode() in [content(world, place) for place in places])
    # Where the workers live, too. Others' files come and go meanwhile, which `walk` forgives.
    written = [file for _, _, found in os.walk(tempfile.gettempdir()) for file in found]
    assert [file for file in written if marker in file] == []


def failures(world: World, name: str) -> list[dict[str, Any]]:
    """What the function's failures hold about an upload: Lambda's records."""
    (queue,) = world.cloud.client("sqs").list_queues(QueueNamePrefix="process-upload-failures")[
        "QueueUrls"
    ]
    records = [json.loads(message["Body"]) for message in world.messages(queue)]
    wanted = quote_plus(f"uploads/{name}", safe="/")
    return [
        record
        for record in records
        if record["requestPayload"]["Records"][0]["s3"]["object"]["key"] == wanted
    ]


def test_asynchronous_failure(world: World) -> None:
    """Tried again, then kept with its event, which makes the file once the cause is mended."""
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
    assert counted(world, name, version) == 1


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
    """Done again by Lambda's retry, to the same effect; and counted once."""
    name = f"{uuid.uuid4().hex}.txt"
    fault = Fault(kind=kind, service=service, operation=operation, calls=(1,), seconds=300)
    before = outcomes(world)
    with world.faults(fault) as tally:
        version = put(world, name, b"text")
        world.kill_when_held("process-upload", tally)
        # The emulator's retry has another request id; Lambda's keeps it, and with it the lease.
        world.end_leases_until(lambda: len(outcomes(world)) > len(before))
    assert outcomes(world)[len(before) :] == ["extracted"]  # the one that died said nothing
    assert content(world, f"processed/{name}/text.txt") == b"text"
    assert counted(world, name, version) == 1
    assert failures(world, name) == []
