"""What is done with the bucket, and what becomes of it."""

import hashlib
import json
from typing import Any
from urllib.parse import quote_plus

from botocore.exceptions import ClientError

from tests.support.e2e.system import log_records
from tests.support.faults.world import World


def put(world: World, name: str, body: bytes) -> str:
    """Upload a file, and return its version."""
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


def written(world: World, key: str) -> list[tuple[str, bytes]]:
    """Return all versions of an output, oldest first, with the upload's version and the content."""
    s3 = world.cloud.client("s3")
    listed = s3.list_object_versions(Bucket=world.bucket, Prefix=key)["Versions"]
    answers = [
        s3.get_object(Bucket=world.bucket, Key=key, VersionId=version["VersionId"])
        for version in reversed(listed)
    ]
    return [(a["Metadata"]["upload-version"], a["Body"].read()) for a in answers]


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


def outcomes(world: World, *keys: str) -> list[str]:
    """Return the outcomes that the function has logged for these objects."""
    group = world.cloud.functions["process-upload"].log_group
    digests = {hashlib.sha256(key.encode()).hexdigest() for key in keys}
    records = log_records(world.cloud.client("logs"), group)
    return [record["outcome"] for record in records if record.get("upload") in digests]


def times_in_ledger(world: World, name: str, version: str) -> int:
    """Count how often the ledger has a file."""
    digest = hashlib.sha256(f"uploads/{name}\n{version}".encode()).hexdigest()
    return sum(item["id"]["S"] == f"file#{digest}" for item in world.items(world.ledger))


def failures(world: World, name: str) -> list[dict[str, Any]]:
    """Return Lambda's records about an upload in the function's failure queue."""
    queue = world.cloud.outputs["dead_letters"]["process-upload-failures"]["url"]
    records = [json.loads(message["Body"]) for message in world.messages(queue)]
    wanted = quote_plus(f"uploads/{name}", safe="/")
    return [
        record
        for record in records
        if record["requestPayload"]["Records"][0]["s3"]["object"]["key"] == wanted
    ]
