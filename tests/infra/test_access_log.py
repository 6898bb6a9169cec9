"""The log of who read or wrote which object: where S3 writes it, and who else may."""

import json
from typing import Any

import pytest

from infra.storage.access_log import AccessLog, AccessLogArgs
from infra.storage.bucket import Bucket, BucketArgs
from tests.support.stacks import inputs, made_before, of, recorded, stack

LOG = "storage-access-log"
ARN = "arn:aws:s3:eu-central-1:123456789012:storage"
TLS_ONLY: dict[str, Any] = {
    "Sid": "TlsOnly",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize("name", ["local", "dev"])
def test_where_none_is_asked_for_nothing_is_made(name: str) -> None:
    assert not [r.name for r in of(stack(name), "s3/bucket:Bucket") if r.name.endswith("-log")]
    types = {r.type for r in stack(name).recorder.resources}
    assert "aws:s3/bucketLogging:BucketLogging" not in types


def test_of_which_bucket_to_which() -> None:
    logging = stack("prod").recorder.one("aws:s3/bucketLogging:BucketLogging", f"{LOG}-logging")
    assert logging.inputs == {"bucket": "storage", "targetBucket": LOG, "targetPrefix": ""}
    # S3 refuses a target that it may not write to.
    before = made_before(stack("prod"), logging)
    assert ("aws:s3/bucketPolicy:BucketPolicy", f"{LOG}-policy") in before


def test_only_s3_may_write_to_it_and_only_the_log_of_that_bucket() -> None:
    policy = json.loads(
        inputs(stack("prod"), "s3/bucketPolicy:BucketPolicy", f"{LOG}-policy")["policy"]
    )
    assert policy["Statement"] == [
        TLS_ONLY | {"Resource": [f"{ARN}-access-log", f"{ARN}-access-log/*"]},
        {
            "Sid": "AccessLog",
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{ARN}-access-log/*",
            "Condition": {
                "ArnLike": {"aws:SourceArn": ARN},
                "StringEquals": {"aws:SourceAccount": "123456789012"},
            },
        },
    ]
    own = json.loads(
        inputs(stack("prod"), "s3/bucketPolicy:BucketPolicy", "storage-policy")["policy"]
    )
    assert own["Statement"] == [TLS_ONLY | {"Resource": [ARN, f"{ARN}/*"]}]


def test_it_is_kept_as_long_as_other_logs() -> None:
    lifecycle = inputs(
        stack("prod"),
        "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        f"{LOG}-lifecycle",
    )
    [_, expiry] = lifecycle["rules"]
    assert expiry == {
        "id": "expire-all",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "expiration": {"days": 365},
    }


def test_it_is_encrypted_by_s3_even_where_the_bucket_is_by_a_key() -> None:
    type_ = "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    algorithms = {
        r.name: r.inputs["rules"][0]["applyServerSideEncryptionByDefault"]["sseAlgorithm"]
        for r in of(stack("prod"), type_)
    }
    assert algorithms == {
        name: "AES256" if name.endswith("-access-log-encryption") else "aws:kms"
        for name in algorithms
    }
    assert {"storage-encryption", f"{LOG}-encryption"} <= algorithms.keys()


@pytest.mark.parametrize("retain", [False, True])
@pytest.mark.parametrize("preview", [False, True])
def test_it_goes_or_stays_with_the_data(retain: bool, preview: bool) -> None:
    def program() -> None:
        bucket = Bucket("storage", BucketArgs(retain=retain))
        AccessLog(LOG, AccessLogArgs(bucket=bucket, days=30, retain=retain))

    buckets = recorded(program, preview=preview).all("aws:s3/bucket:Bucket")
    assert {b.name: b.inputs["forceDestroy"] for b in buckets} == dict.fromkeys(
        ("storage", LOG), not retain
    )
    assert all(b.options.protect is retain for b in buckets)
