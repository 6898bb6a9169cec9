"""The access log of a bucket."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.storage.bucket import Bucket, BucketArgs


@dataclass(frozen=True, kw_only=True)
class AccessLogArgs:
    """``days``: how long the log is kept."""

    bucket: Bucket
    days: int
    retain: bool


class AccessLog(pulumi.ComponentResource):
    """A bucket to which only S3 writes: the access log of another bucket.

    It is encrypted by S3's own keys, for S3 cannot write access logs to a bucket encrypted by KMS: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
    It has no access log itself, which would grow without end.
    """

    def __init__(
        self, name: str, args: AccessLogArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:AccessLog", name, None, opts)
        self.bucket = Bucket(
            name,
            BucketArgs(retain=args.retain, expire_days={"": args.days}, access_log_of=args.bucket),
            pulumi.ResourceOptions(parent=self),
        )
        self.logging = aws.s3.BucketLogging(
            f"{name}-logging",
            bucket=args.bucket.name,
            target_bucket=self.bucket.name,
            target_prefix="",
            # S3 refuses a target without permission to write.
            opts=pulumi.ResourceOptions(parent=self, depends_on=self.bucket.access),
        )
        self.register_outputs({})
