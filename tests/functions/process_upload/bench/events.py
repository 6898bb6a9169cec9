"""Makes this function's events."""

from typing import Any

from checks.bench.functions import sample_event
from checks.bench.system import System


def upload_event(running: System, key: str, *, size: int, version: str | None) -> Any:
    """Return the event of an object in the bucket; without a version if it is None."""
    event = sample_event("process_upload")
    for record in event["Records"]:
        record["s3"]["bucket"]["name"] = running.cloud.outputs["s3_bucket_name"]
        record["s3"]["object"] |= {"key": key, "size": size, "versionId": version}
    return event
