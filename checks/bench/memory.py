"""Measures all of ``process-upload`` on one file: its peak memory and the bytes it transfers."""

import json
import subprocess
from pathlib import Path
from typing import Any

from checks.bench import BenchError
from checks.bench.environments import ROOT, WORKER_PYTHON
from checks.bench.relay import TOKEN, Relay
from checks.bench.scoreboard import Row
from checks.bench.system import System
from handlers.process_upload.sniff import HEAD_BYTES
from handlers.process_upload.storage import PART_BYTES

HANDLER = "handlers.process_upload.handler.handler"
COPIED_BYTES = 2 * 1024**3
_SIDES = {"IMAGE_MAX_SIDE": "1280", "THUMBNAIL_SIDE": "256"}  # as checks/bench/own_work.py has them
_PICTURE_MB, _COPY_MB = 200, 128
_SECONDS = 600  # the emulator copies by hashing, which S3 does not
_HOW = "most that was resident, of the function and its child, imports and what they share included"


def measure(running: System, folder: Path, picture: bytes, document: bytes) -> list[Row]:
    """Measure the function on a picture, a document and an object that it copies."""
    rows = []
    for name, content, goal, outcome in (
        ("picture.jpg", picture, _PICTURE_MB, "resized"),
        ("document.pdf", document, None, "extracted"),
    ):
        key = f"uploads/{name}"
        stored = _put(running, key, content)
        event = running.upload_event(key, size=len(content), version=stored["VersionId"])
        environment = running.environment("process_upload") | _SIDES
        peak = invoke(folder, HANDLER, event, environment, outcome)
        rows.append(_memory(f"process-upload: {outcome}", peak, goal))
    return rows + copy(running, folder, HANDLER, COPIED_BYTES)


def copy(running: System, folder: Path, handler: str, size: int) -> list[Row]:
    """Measure a handler that copies an object, and count the bytes on all its connections.

    The object begins with another content than ``TOKEN``, as long as the function must read to tell
    what it is.
    """
    key = f"uploads/{size}.bin"
    _put_large(running, key, size)
    # Of a version that is asked for, the emulator sends all, whatever the range; S3 does not.
    event = running.upload_event(key, size=size, version=None)
    with Relay(running.cloud.emulator.port) as relay:
        environment = running.environment("process_upload") | {"AWS_ENDPOINT_URL": relay.url}
        peak = invoke(folder, handler, event, environment, "copied")
    _compare(running, key, key.replace("uploads/", "processed/") + "/original.bin")
    how = (
        f"of an object of {size:,} bytes that is copied, those past the {HEAD_BYTES:,} that tell "
        f"its kind, on all of the function's connections; {relay.passed:,} bytes passed in all"
    )
    name = "process-upload: copied"
    through = Row(
        group="bytes through", name=name, value=relay.content, unit="bytes", goal=0, how=how
    )
    return [_memory(name, peak, _COPY_MB), through]


def invoke(
    folder: Path, handler: str, event: Any, environment: dict[str, str], outcome: str
) -> int:
    """Invoke a handler in its own process, and return its peak memory in bytes.

    Raises:
        BenchError: it failed, or did something else.
    """
    done = subprocess.run(
        [WORKER_PYTHON, ROOT / "checks" / "bench" / "peak_memory.py", handler, str(_SECONDS)],
        cwd=folder,
        env=environment,
        input=json.dumps(event),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
    )
    if done.returncode:
        raise BenchError(f"{handler} failed: {done.stderr}")
    told = json.loads(done.stdout.splitlines()[-1])
    if told["answer"] != {"outcomes": [outcome]}:
        raise BenchError(f"{handler} answered {told['answer']}, not {outcome}")
    peak: int = told["peak"]
    return peak


def _memory(name: str, peak: int, goal: int | None) -> Row:
    return Row(group="memory", name=name, value=peak / 1e6, unit="MB", goal=goal, how=_HOW)


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
