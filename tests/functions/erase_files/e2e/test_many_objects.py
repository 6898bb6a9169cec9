"""The erasure of a user with 2,000 objects. docs/erasure.md has the arithmetic for 100,000."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.cloud import Cloud
from tests.support.e2e.erasing import erase, history
from tests.support.e2e.system import Api

pytestmark = pytest.mark.long

OBJECTS = 2_000


def test_a_user_with_two_thousand_objects_is_erased(
    cloud: Cloud, api: Api, record_property: Callable[[str, object], None]
) -> None:
    user = api.new_user()["id"]
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    dynamodb, table = cloud.client("dynamodb"), cloud.outputs["uploads_table_name"]

    def put(number: int) -> None:
        """Store two versions of an output, and the upload that it belongs to."""
        key = f"processed/users/{user}/upload_{number:026}.txt/text.txt"
        for _ in range(2):
            s3.put_object(Bucket=bucket, Key=key, Body=b"text")
        item = {
            "user": {"S": user},
            "id": {"S": f"upload_{number:026}"},
            "deadline": {"N": "1"},
            "state": {"S": "done"},
        }
        dynamodb.put_item(TableName=table, Item=item)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(OBJECTS // 2)))
    began = time.monotonic()
    erasure = erase(api, user)
    events = history(cloud, erasure["id"])
    assert erasure["objects"] == OBJECTS
    assert "Versions" not in s3.list_object_versions(
        Bucket=bucket, Prefix=f"processed/users/{user}/"
    )
    assert len(events) < 100
    assert max(len(str(event)) for event in events) < 4_096
    took = time.monotonic() - began
    record_property("says", f"{OBJECTS} objects in {took:.0f} s, {len(events)} events")
