"""Rows 39 to 45: buckets."""

from collections.abc import Callable

from .model import BUCKET, BUCKET_LOGGING, Resource, Stack
from .policies import denies_plain_http, is_public, statements, texts
from .rule import Problems, is_number, must, only_if, rule, said
from .waivers import LOG_BUCKET

TABLE = "dynamodb/table:Table"


def _beside(
    bucket: Resource,
    stack: Stack,
    type_: str,
    what_is_wrong: Callable[[Resource], Problems],
) -> Problems:
    """Yield what is wrong with the resource beside a bucket, or that there is none."""
    kind = type_.rpartition(":")[2]
    found = stack.referring(type_, "bucket", bucket)
    if not found:
        yield f"no {kind} refers to it; give it one"
    for beside in found:
        yield from (f"its {kind} {beside.name}: {problem}" for problem in what_is_wrong(beside))


@rule(39, "S3.1/8, CK53-56", BUCKET)
def no_public_access(bucket: Resource, stack: Stack) -> Problems:
    """No bucket can be made public."""

    def wrong(block: Resource) -> Problems:
        for kind in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        ):
            yield from must(block, [kind], lambda on: on is True, "it must be true")

    yield from _beside(bucket, stack, "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", wrong)


@rule(40, "S3.5, Nag-S10", BUCKET)
def tls_only(bucket: Resource, stack: Stack) -> Problems:
    """Buckets answer to TLS only."""

    def wrong(policy: Resource) -> Problems:
        on = {
            arn.endswith("*")
            for statement in statements(policy, "policy")
            if denies_plain_http(statement, "s3:*")
            for arn in texts(statement.get("Resource"))
        }
        if on != {True, False}:
            yield (
                "it must deny everybody s3:* where aws:SecureTransport is false, on the bucket and "
                "on its objects"
            )
        if any(is_public(statement) for statement in statements(policy, "policy")):
            yield "it allows something to everybody; name the principals, or set a condition"

    yield from _beside(bucket, stack, "s3/bucketPolicy:BucketPolicy", wrong)


def _takes_logs(bucket: Resource, stack: Stack) -> bool:
    return any(stack.referring(type_, "targetBucket", bucket) for type_ in LOG_BUCKET.values)


@rule(41, "S3.17, CK145", BUCKET)
def encrypted_buckets(bucket: Resource, stack: Stack) -> Problems:
    """Objects are encrypted; in production by KMS."""
    allowed = {"aws:kms", "aws:kms:dsse"}
    if not stack.production or _takes_logs(bucket, stack):
        allowed.add("AES256")

    def wrong(encryption: Resource) -> Problems:
        algorithm = ("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm")
        yield from must(
            encryption, algorithm, allowed.__contains__, f"allowed: {', '.join(sorted(allowed))}"
        )

    yield from _beside(
        bucket,
        stack,
        "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        wrong,
    )


@rule(42, "S3.14, CK21", BUCKET)
def versioned(bucket: Resource, stack: Stack) -> Problems:
    """What is overwritten or deleted can be had back."""

    def wrong(versioning: Resource) -> Problems:
        yield from must(
            versioning,
            ["versioningConfiguration", "status"],
            lambda status: status == "Enabled",
            "it must be Enabled",
        )

    yield from _beside(bucket, stack, "s3/bucketVersioning:BucketVersioning", wrong)


@rule(43, "S3.13, CK2_61, CK300", BUCKET)
def tidy(bucket: Resource, stack: Stack) -> Problems:
    """Old versions, and parts of uploads that broke off, are deleted everywhere in the bucket."""

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

    yield from _beside(
        bucket, stack, "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", wrong
    )


@rule(44, "S3.9, CK18", BUCKET, production=True)
def access_log(bucket: Resource, stack: Stack) -> Problems:
    """Who read or wrote which object is logged, to another bucket."""
    only_if(not _takes_logs(bucket, stack))

    def wrong(logging: Resource) -> Problems:
        if bucket in stack.targets(logging, "targetBucket", BUCKET):
            yield "targetBucket is the bucket itself; use another one"
        if not logging.known("targetBucket"):
            yield said(["targetBucket"], None, "name a bucket for the log")

    yield from _beside(bucket, stack, BUCKET_LOGGING, wrong)


@rule(45, "S3.12, CK2_65", BUCKET)
def no_acls(bucket: Resource, stack: Stack) -> Problems:
    """Who may do what is said by policies, not by ACLs."""

    def wrong(ownership: Resource) -> Problems:
        yield from must(
            ownership,
            ["rule", "objectOwnership"],
            lambda o: o == "BucketOwnerEnforced",
            "it must be BucketOwnerEnforced",
        )

    yield from _beside(bucket, stack, "s3/bucketOwnershipControls:BucketOwnershipControls", wrong)
