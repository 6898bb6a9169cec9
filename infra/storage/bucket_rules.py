"""The rules of a bucket: its encryption, its lifecycle, and who may do what."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.storage.key import Key


def encryption(
    key: Key | None,
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    """Return the rule that encrypts by a key, or by S3's if None."""
    if key is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {
            "sse_algorithm": "aws:kms",
            "kms_master_key_id": key.arn,
        },
        "bucket_key_enabled": True,  # otherwise each object costs a request to KMS
    }


def lifecycle(
    expire_days: Mapping[str, int],
) -> list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]:
    """Return the rules that delete old versions, broken uploads, and objects by their prefix."""
    rules: list[aws.s3.BucketLifecycleConfigurationRuleArgsDict] = [
        {
            "id": "housekeeping",
            "status": "Enabled",
            "filter": {"prefix": ""},
            "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
            "noncurrent_version_expiration": {"noncurrent_days": 30},
            "expiration": {"expired_object_delete_marker": True},
        }
    ]
    for prefix, days in expire_days.items():
        rules.append(
            {
                "id": rule_id(prefix),
                "status": "Enabled",
                "filter": {"prefix": prefix},
                "expiration": {"days": days},
            }
        )
    return rules


def rule_id(prefix: str) -> str:
    """Return the name of the rule that deletes the objects of a prefix; a bucket's are unique."""
    return f"expire-{prefix.rstrip('/') or 'all'}"


def access_log(
    arn: pulumi.Output[str], logged: pulumi.Output[str], account: pulumi.Output[str]
) -> dict[str, Any]:
    """Return the statement that lets S3 write the access log of another bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    return {
        "Sid": "AccessLog",
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": pulumi.Output.concat(arn, "/*"),
        "Condition": {
            "ArnLike": {"aws:SourceArn": logged},
            "StringEquals": {"aws:SourceAccount": account},
        },
    }
