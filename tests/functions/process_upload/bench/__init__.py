"""Tells the benchmarks how to measure this function, and its own limits."""

from typing import Any

from checks.bench.scoreboard import Row
from checks.bench.system import System
from local.cloud import Cloud
from tests.functions.process_upload.bench import files
from tests.functions.process_upload.bench.events import upload_event
from tests.support.samples import PICTURE

INIT_GOAL = 7.0
LIMITS = {"image": 39_000_000}  # Pillow and PDFium


def measure(rounds: int) -> list[Row]:
    """Measure pictures, documents and copies."""
    return files.measure(rounds)


def prepare(cloud: Cloud, event: Any, number: int) -> None:
    """Upload a picture, and change the event to its own."""
    key, picture = f"uploads/{number}.jpg", PICTURE.read_bytes()
    bucket = cloud.outputs["s3_bucket_name"]
    stored = cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=picture)
    version = stored["VersionId"]
    event.update(upload_event(System(cloud), key, size=len(picture), version=version))
