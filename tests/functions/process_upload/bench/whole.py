"""Measures the whole function on one file: its peak memory and the bytes it transfers."""

from pathlib import Path
from typing import Any

from checks.bench import BenchError, memory
from checks.bench.relay import TOKEN, Relay
from checks.bench.scoreboard import Row
from checks.bench.system import System
from handlers.process_upload.sniff import HEAD_BYTES
from handlers.process_upload.storage import PART_BYTES
from tests.functions.process_upload.bench.events import upload_event

HANDLER = "handlers.process_upload.handler.handler"
COPIED_BYTES = 2 * 1024**3
_SIDES = {"IMAGE_MAX_SIDE": "1280", "THUMBNAIL_SIDE": "256"}  # as own_work.py has them
_PICTURE_MB, _COPY_MB = 200, 128


def measure(running: System, folder: Path, picture: bytes, document: bytes) -> list[Row]:
    """Measure the function on a picture, a document and an object that it copies."""
    rows = []
    for name, content, goal, outcome in (
        ("picture.jpg", picture, _PICTURE_MB, "resized"),
        ("document.pdf", document, None, "extracted"),
    ):
        key = f"uploads/{name}"
        stored = _put(running, key, content)
        event = upload_event(running, key, size=len(content), version=stored["VersionId"])
        environment = running.environment("process_upload") | _SIDES
        peak = memory.invoke(folder, HANDLER, event, environment, outcome)
        rows.append(memory.row(f"process-upload: {outcome}", peak, goal))
    return rows + copy(running, folder, HANDLER, COPIED_BYTES)


def copy(running: System, folder: Path, handler: str, size: int) -> list[Row]:
    """Measure a handler that copies an object, and count the bytes on all its connections.

    The object begins with another content than ``TOKEN``, as long as the function must read to tell
    what it is.
    """
    key = f"uploads/{size}.bin"
    _put_large(running, key, size)
    # Of a version that is asked for, the emulator sends all, whatever the range; S3 does not.
    event = upload_event(running, key, size=size, version=None)
    with Relay(running.cloud.emulator.port) as relay:
        environment = running.environment("process_upload") | {"AWS_ENDPOINT_URL": relay.url}
        peak = memory.invoke(folder, handler, event, environment, "copied")
    _compare(running, key, key.replace("uploads/", "processed/") + "/original.bin")
    how = (
        f"of an object of {size:,} bytes that is copied, those past the {HEAD_BYTES:,} that tell "
        f"its kind, on all of the function's connections; {relay.passed:,} bytes passed in all"
    )
    name = "process-upload: copied"
    through = Row(
        group="bytes through", name=name, value=relay.content, unit="bytes", goal=0, how=how
    )
    return [memory.row(name, peak, _COPY_MB), through]


def _put(running: System, key: str, content: bytes) -> Any:
    bucket = running.cloud.outputs["s3_bucket_name"]
    return running.cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=content)


def _put_large(running: System, key: str, size: int) -> None:
    """Create a large object by copying one part repeatedly."""
    content = bytes(HEAD_BYTES) + TOKEN * ((min(size, PART_BYTES) - HEAD_BYTES) // len(TOKEN))
    if size == len(content):
        _put(running, key, content)
        return
    if size % len(content):
        raise BenchError(f"{size:,} bytes are not of whole parts of {len(content):,}")
    _put(running, "part", content)
    s3, bucket = running.cloud.client("s3"), running.cloud.outputs["s3_bucket_name"]
    place = {"Bucket": bucket, "Key": key}
    upload = s3.create_multipart_upload(**place)["UploadId"]
    parts = []
    for number in range(1, size // len(content) + 1):
        part = s3.upload_part_copy(
            **place,
            UploadId=upload,
            PartNumber=number,
            CopySource={"Bucket": bucket, "Key": "part"},
        )
        parts.append({"PartNumber": number, "ETag": part["CopyPartResult"]["ETag"]})
    s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload={"Parts": parts})


def _compare(running: System, *keys: str) -> None:
    """Compare objects by size and ETag: the hash of their parts' hashes, which are as large.

    Raises:
        BenchError: they differ.
    """
    s3, bucket = running.cloud.client("s3"), running.cloud.outputs["s3_bucket_name"]
    heads = [s3.head_object(Bucket=bucket, Key=key) for key in keys]
    if len({(head["ContentLength"], head["ETag"]) for head in heads}) > 1:
        raise BenchError(f"{' and '.join(keys)} differ")
