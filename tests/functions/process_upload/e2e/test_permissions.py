"""The two permissions to read an upload."""

import pytest

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.permission_probe import narrowed, role_of
from tests.support.e2e.system import invoke, upload


@pytest.mark.parametrize("versioned", [True, False])
def test_an_upload_is_read_by_its_version_or_without_one(cloud: Cloud, versioned: bool) -> None:
    """Each of the two permissions is needed: without it the very same event fails."""
    name = f"read-{versioned}.bin"
    upload(cloud, name, bytes(9), "processed/", 1)
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    version = s3.head_object(Bucket=bucket, Key=f"uploads/{name}")["VersionId"]
    event = samples.event("process_upload")
    [record] = event["Records"]
    record["s3"]["bucket"]["name"] = bucket
    record["s3"]["object"] = {"key": f"uploads/{name}", "size": 9, "sequencer": "F" * 16}
    if versioned:
        record["s3"]["object"]["versionId"] = version
    action = "s3:GetObjectVersion" if versioned else "s3:GetObject"
    with narrowed(cloud, role_of(cloud, "process-upload"), action):
        failed = invoke(cloud, "process-upload", event)["errorMessage"]
        assert "1 of 1 uploads failed" in failed
    assert invoke(cloud, "process-upload", event) == {"outcomes": ["copied"]}
