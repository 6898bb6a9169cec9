"""An S3 bucket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra.config.component_names import BUCKET, check_name
from infra.config.emulator import emulator_url
from infra.grants import Grant, variable
from infra.json_text import json_output
from infra.limits import check_integer
from infra.storage.bucket_rules import access_log, encryption, lifecycle, rule_id
from infra.storage.key import Key, needs
from infra.storage.tls import tls_only

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html
_MOST_DAYS = 2**31 - 1


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """What a bucket stores, and for how long.

    Attributes:
        retain: whether objects outlive the stack.
        key: what objects are encrypted with; S3's if None.
        expire_days: days after which objects are deleted, by prefix.
        cors_origins: web origins whose pages may send forms here, and read objects by links.
        access_log_of: another bucket, whose access log S3 may write here.
    """

    retain: bool
    key: Key | None = None
    expire_days: Mapping[str, int] = field(default_factory=dict)
    cors_origins: Sequence[str] = ()
    access_log_of: "Bucket | None" = None

    def __post_init__(self) -> None:
        prefixes: dict[str, str] = {}
        for prefix, days in self.expire_days.items():
            check_integer(f"expire_days of {prefix!r}", days, 1, _MOST_DAYS)
            if (first := prefixes.setdefault(rule_id(prefix), prefix)) != prefix:
                raise ValueError(
                    f"expire_days has {first!r} and {prefix!r}, whose rules would share a name; "
                    "leave one out"
                )


class Bucket(pulumi.ComponentResource):
    """A private, versioned, encrypted bucket, for TLS only, without ACLs.

    Old versions are deleted after 30 days, parts of broken uploads after one. Verbs: ``read``,
    ``read_versions``, ``write`` and ``write_large`` on one prefix, ``delete_versions`` on several;
    ``list_keys`` and ``list_versions`` on the bucket.
    ``url`` is where callers with a presigned form or link reach it.
    """

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        check_name(BUCKET, name)
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
            rules=[encryption(args.key)],
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
            rules=lifecycle(args.expire_days),
            # The rule on old versions requires versioning.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.versioning]),
        )
        self.cors = self._cors(f"{name}-cors", args.cors_origins)
        self.access = self._access(f"{name}-policy", args.access_log_of)
        self.name: pulumi.Output[str] = self.bucket.bucket
        self.arn: pulumi.Output[str] = self.bucket.arn
        self.url = self._url()
        # With a bucket key, the context is the bucket's ARN and not the object's.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        context = {"aws:s3:arn": self.bucket.arn}
        self._decrypt = needs(args.key, "s3", ["Decrypt"], context)
        self._encrypt = needs(args.key, "s3", ["GenerateDataKey"], context)
        self.register_outputs({"name": self.name})

    def read(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:GetObject`` under a prefix."""
        return self._grant(["GetObject"], prefix, env, self._decrypt)

    def read_versions(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:GetObject`` and ``s3:GetObjectVersion``: also the version that an event names."""
        return self._grant(["GetObject", "GetObjectVersion"], prefix, env, self._decrypt)

    def write(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:PutObject`` under a prefix."""
        return self._grant(["PutObject"], prefix, env, self._encrypt)

    def write_large(self, prefix: str, *, env: str | None = None) -> Grant:
        """``s3:PutObject`` and ``s3:AbortMultipartUpload``: also objects in several parts."""
        # S3 decrypts parts to join them.
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
        needed = [*self._decrypt, *self._encrypt]
        return self._grant(["PutObject", "AbortMultipartUpload"], prefix, env, needed)

    def list_keys(self) -> Grant:
        """``s3:ListBucket``: list keys, and tell a missing object (404) from a forbidden one."""
        return Grant(actions=["s3:ListBucket"], resources=[self.arn])

    def list_versions(self, *, env: str | None = None) -> Grant:
        """``s3:ListBucketVersions``: list all versions of keys, and delete markers."""
        return Grant(
            actions=["s3:ListBucketVersions"],
            resources=[self.arn],
            env=variable(env, self.name),
        )

    def delete_versions(self, *prefixes: str) -> Grant:
        """``s3:DeleteObjectVersion`` under some prefixes: for good, without a delete marker."""
        return Grant(
            actions=["s3:DeleteObjectVersion"],
            resources=[
                arn for prefix in prefixes for arn in self._grant([], prefix, None, []).resources
            ],
        )

    def _url(self) -> pulumi.Output[str]:
        if emulator := emulator_url():
            return pulumi.Output.concat(emulator, "/", self.bucket.bucket)
        # Not the global name: S3 would redirect, which no browser follows with a form.
        return pulumi.Output.concat("https://", self.bucket.bucket_regional_domain_name)

    def _cors(self, name: str, origins: Sequence[str]) -> list[aws.s3.BucketCorsConfiguration]:
        """Let pages of these origins use presigned forms and links, if there are origins."""
        if not origins:
            return []
        rule: aws.s3.BucketCorsConfigurationCorsRuleArgsDict = {
            "allowed_origins": list(origins),
            "allowed_methods": ["GET", "POST"],
            "max_age_seconds": 3600,
        }
        return [
            aws.s3.BucketCorsConfiguration(
                name,
                bucket=self.bucket.id,
                cors_rules=[rule],
                opts=pulumi.ResourceOptions(parent=self),
            )
        ]

    def _access(self, name: str, logged: "Bucket | None") -> list[aws.s3.BucketPolicy]:
        """Create the bucket's policy, if it has a statement."""
        arn = self.bucket.arn
        statements = tls_only("s3:*", [arn, pulumi.Output.concat(arn, "/*")])
        if logged:
            account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
            statements.append(access_log(self.bucket.arn, logged.arn, account.account_id))
        if not statements:
            return []
        policy = aws.s3.BucketPolicy(
            name,
            bucket=self.bucket.id,
            policy=json_output({"Version": "2012-10-17", "Statement": statements}),
            # S3 refuses concurrent changes of a bucket's access.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.public_access_block]),
        )
        return [policy]

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
