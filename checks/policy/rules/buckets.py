"""Rows 39 to 45: buckets."""

from collections.abc import Callable

from .model import BUCKET, BUCKET_LOGGING, Resource, Stack
from .policies import denies_plain_http, is_public, statements, texts
from .rule import Problems, describe, is_number, must, only_if, rule
from .waivers import LOG_BUCKET

TABLE = "dynamodb/table:Table"
POLICY = "s3/bucketPolicy:BucketPolicy"


def _configured_by(
    bucket: Resource,
    stack: Stack,
    type_: str,
    what_is_wrong: Callable[[Resource], Problems],
) -> Problems:
    """Yield what is wrong with the resource that configures a bucket, or that it is missing."""
    kind = type_.rpartition(":")[2]
    found = stack.referring(type_, "bucket", bucket)
    if not found:
        yield f"no {kind} refers to it; give it one"
    for setting in found:
        yield from (f"its {kind} {setting.name}: {problem}" for problem in what_is_wrong(setting))


@rule(39, "S3.1/8, CK53-56", BUCKET)
def no_public_access(bucket: Resource, stack: Stack) -> Problems:
    """Buckets block public access."""

    def wrong(block: Resource) -> Problems:
        for kind in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        ):
            yield from must(block, [kind], lambda on: on is True, "it must be true")

    yield from _configured_by(
        bucket, stack, "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", wrong
    )


@rule(40, "S3.5, Nag-S10", BUCKET)
def tls_only(bucket: Resource, stack: Stack) -> Problems:
    """Buckets refuse requests without TLS."""

    def wrong(policy: Resource) -> Problems:
        on = {
            arn.endswith("*")
            for statement in statements(policy, "policy")
            if denies_plain_http(statement, "s3:*")
            for arn in texts(statement.get("Resource"))
        }
        if on != {True, False} and not stack.emulated:
            yield (
                "it must deny s3:* to everybody if aws:SecureTransport is false, on the bucket and "
                "on its objects"
            )
        if any(is_public(statement) for statement in statements(policy, "policy")):
            yield "it allows an action to everybody; name the principals, or set a condition"

    only_if(not stack.emulated or stack.referring(POLICY, "bucket", bucket))
    yield from _configured_by(bucket, stack, POLICY, wrong)


def _takes_logs(bucket: Resource, stack: Stack) -> bool:
    return any(stack.referring(type_, "targetBucket", bucket) for type_ in LOG_BUCKET.values)


@rule(41, "S3.17, CK145", BUCKET)
def encrypted_buckets(bucket: Resource, stack: Stack) -> Problems:
    """Objects are encrypted, in production with KMS."""
    allowed = {"aws:kms", "aws:kms:dsse"}
    if not stack.production or _takes_logs(bucket, stack):
        allowed.add("AES256")

    def wrong(encryption: Resource) -> Problems:
        algorithm = ("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm")
        yield from must(
            encryption, algorithm, allowed.__contains__, f"allowed: {', '.join(sorted(allowed))}"
        )

    yield from _configured_by(
        bucket,
        stack,
        "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        wrong,
    )


@rule(42, "S3.14, CK21", BUCKET)
def versioned(bucket: Resource, stack: Stack) -> Problems:
    """Overwritten and deleted objects can be restored."""

    def wrong(versioning: Resource) -> Problems:
        yield from must(
            versioning,
            ["versioningConfiguration", "status"],
            lambda status: status == "Enabled",
            "it must be Enabled",
        )

    yield from _configured_by(bucket, stack, "s3/bucketVersioning:BucketVersioning", wrong)


@rule(43, "S3.13, CK2_61, CK300", BUCKET)
def old_parts_expire(bucket: Resource, stack: Stack) -> Problems:
    """Old versions and the parts of incomplete uploads expire in the whole bucket."""

    def wrong(lifecycle: Resource) -> Problems:
        whole = [
            r
            for r in lifecycle.get("rules") or []
            if r.get("status") == "Enabled"
            and not any((r.get("filter") or {}).values())
            and not r.get("prefix")
        ]
        for action, days in (
            ("abortIncompleteMultipartUpload", "daysAfterInitiation"),
            ("noncurrentVersionExpiration", "noncurrentDays"),
        ):
            if not any(is_number((r.get(action) or {}).get(days), 1) for r in whole):
                yield f"no enabled rule for the whole bucket has {action}.{days}; add one"

    yield from _configured_by(
        bucket, stack, "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", wrong
    )


@rule(44, "S3.9, CK18", BUCKET, production=True)
def access_log(bucket: Resource, stack: Stack) -> Problems:
    """Access to objects is logged, to another bucket."""
    only_if(not _takes_logs(bucket, stack))

    def wrong(logging: Resource) -> Problems:
        if bucket in stack.targets(logging, "targetBucket", BUCKET):
            yield "targetBucket is the bucket itself; use another one"
        if not logging.known("targetBucket"):
            yield describe(["targetBucket"], None, "name a bucket for the log")

    yield from _configured_by(bucket, stack, BUCKET_LOGGING, wrong)


@rule(45, "S3.12, CK2_65", BUCKET)
def no_acls(bucket: Resource, stack: Stack) -> Problems:
    """Policies control access, not ACLs."""

    def wrong(ownership: Resource) -> Problems:
        yield from must(
            ownership,
            ["rule", "objectOwnership"],
            lambda o: o == "BucketOwnerEnforced",
            "it must be BucketOwnerEnforced",
        )

    yield from _configured_by(
        bucket, stack, "s3/bucketOwnershipControls:BucketOwnershipControls", wrong
    )
