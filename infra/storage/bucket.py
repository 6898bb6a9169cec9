"""An S3 bucket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.grants import Grant, variable
from infra.storage.key import Key, needs


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """What a bucket keeps, and how.

    Attributes:
        retain: whether objects outlive the stack.
        key: what they are encrypted with; S3's if None.
        expire_days: days after which they are deleted, by prefix.
        access_log_of: another bucket, whose access log S3 may write here.
    """

    retain: bool
    key: Key | None = None
    expire_days: Mapping[str, int] = field(default_factory=dict)
    access_log_of: "Bucket | None" = None


class Bucket(pulumi.ComponentResource):
    """A private, versioned, encrypted bucket, for TLS only, without ACLs.

    Old versions are deleted after 30 days, parts of broken uploads after one. Verbs: ``read``,
    ``read_versions``, ``write`` and ``write_large`` on one prefix, ``list_keys`` on the bucket.
    """

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Bucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.bucket = aws.s3.Bucket(
            name,
            force_destroy=not args.retain,
            opts=pulumi.ResourceOptions(parent=self, protect=args.retain),
        )
        self.public_access_block = aws.s3.BucketPublicAccessBlock(
            f"{name}-public-access",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        self.ownership = aws.s3.BucketOwnershipControls(
            f"{name}-ownership",
            bucket=self.bucket.id,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=child,
        )
        self.encryption = aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=self.bucket.id,
            rules=[_encryption(args.key)],
            opts=child,
        )
        self.versioning = aws.s3.BucketVersioning(
            f"{name}-versioning",
            bucket=self.bucket.id,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        self.lifecycle = aws.s3.BucketLifecycleConfiguration(
            f"{name}-lifecycle",
            bucket=self.bucket.id,
            rules=_lifecycle(args.expire_days),
            # A rule on old versions needs versioning first.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.versioning]),
        )
        self.policy = aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=self.bucket.id,
            policy=self._policy(args.access_log_of),
            # S3 refuses two changes of a bucket's access at the same time.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.public_access_block]),
        )
        self.name: pulumi.Output[str] = self.bucket.bucket
        self.arn: pulumi.Output[str] = self.bucket.arn
        # The context is the bucket's ARN, not the object's, for it has a bucket key.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        context = {"aws:s3:arn": self.bucket.arn}
        self._to_read = needs(args.key, "s3", ["Decrypt"], context)
        self._to_write = needs(args.key, "s3", ["GenerateDataKey"], context)
        self.register_outputs({"name": self.name})

    def read(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:GetObject`` under a prefix."""
        return self._grant(["GetObject"], prefix, env, self._to_read)

    def read_versions(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:GetObject`` and ``s3:GetObjectVersion``: also a version that an event names."""
        return self._grant(["GetObject", "GetObjectVersion"], prefix, env, self._to_read)

    def write(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:PutObject`` under a prefix."""
        return self._grant(["PutObject"], prefix, env, self._to_write)

    def write_large(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:PutObject`` and ``s3:AbortMultipartUpload``: also objects that come in parts."""
        # Parts are decrypted when they are put together.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
        needed = [*self._to_read, *self._to_write]
        return self._grant(["PutObject", "AbortMultipartUpload"], prefix, env, needed)

    def list_keys(self) -> Grant:
        """``s3:ListBucket``: list keys, and tell a missing object (404) from a forbidden one."""
        return Grant(actions=["s3:ListBucket"], resources=[self.arn])

    def _policy(self, logged: "Bucket | None") -> pulumi.Output[str]:
        statements = [_tls_only(self.bucket.arn)]
        if logged:
            account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
            statements.append(_access_log(self.bucket.arn, logged.arn, account.account_id))
        return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": statements})

    def _grant(
        self, actions: list[str], prefix: str, env: str | None, needed: list[Grant]
    ) -> Grant:
        if not prefix.endswith("/") or "*" in prefix:
            raise ValueError(f"the prefix is {prefix!r}; it must end in '/' and hold no wildcard")
        return Grant(
            actions=[f"s3:{action}" for action in actions],
            resources=[pulumi.Output.concat(self.arn, "/", prefix, "*")],
            env=variable(env, self.name),
            needs=needed,
        )


def _encryption(
    key: Key | None,
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    if key is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    return {
        "apply_server_side_encryption_by_default": {
            "sse_algorithm": "aws:kms",
            "kms_master_key_id": key.arn,
        },
        "bucket_key_enabled": True,  # otherwise each object costs a request to KMS
    }


def _lifecycle(
    expire_days: Mapping[str, int],
) -> list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]:
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
                "id": f"expire-{prefix.rstrip('/') or 'all'}",
                "status": "Enabled",
                "filter": {"prefix": prefix},
                "expiration": {"days": days},
            }
        )
    return rules


def _tls_only(arn: pulumi.Output[str]) -> dict[str, Any]:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, pulumi.Output.concat(arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
def _access_log(
    arn: pulumi.Output[str], logged: pulumi.Output[str], account: pulumi.Output[str]
) -> dict[str, Any]:
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
