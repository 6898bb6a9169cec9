"""Settings of buckets, each of which is a resource of its own in Pulumi."""

from typing import Any

from local.resources.names import pascal, present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:s3/bucketVersioning:BucketVersioning",
    passes="bucket versioningConfiguration",
    ignores="expectedBucketOwner mfa",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").put_bucket_versioning(
        Bucket=request.id, VersioningConfiguration={"Status": "Suspended"}
    ),
)
def versioning(request: Request) -> ResourceState:
    """Keep old versions of objects."""
    name = request.require("bucket")
    status = request.require("versioningConfiguration")["status"]
    request.client("s3").put_bucket_versioning(
        Bucket=name, VersioningConfiguration={"Status": status}
    )
    return ResourceState(name)


_BLOCKS = "blockPublicAcls blockPublicPolicy ignorePublicAcls restrictPublicBuckets"


@resource(
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    passes=f"bucket {_BLOCKS}",
    ignores="skipDestroy",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").delete_public_access_block(Bucket=request.id),
)
def public_access_block(request: Request) -> ResourceState:
    """Refuse public access."""
    name = request.require("bucket")
    request.client("s3").put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration=pascal({key: request.get(key) for key in _BLOCKS.split()}),
    )
    return ResourceState(name)


@resource(
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    passes="bucket rule",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").delete_bucket_ownership_controls(Bucket=request.id),
)
def ownership_controls(request: Request) -> ResourceState:
    """Set who owns objects that other accounts upload."""
    name = request.require("bucket")
    request.client("s3").put_bucket_ownership_controls(
        Bucket=name, OwnershipControls={"Rules": [pascal(request.require("rule"))]}
    )
    return ResourceState(name)


@resource(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    passes="bucket rules",
    ignores="expectedBucketOwner",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").delete_bucket_encryption(Bucket=request.id),
)
def encryption(request: Request) -> ResourceState:
    """Encrypt objects."""
    name = request.require("bucket")
    renames = {"sseAlgorithm": "SSEAlgorithm", "kmsMasterKeyId": "KMSMasterKeyID"}
    request.client("s3").put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={"Rules": pascal(request.require("rules"), renames)},
    )
    return ResourceState(name)


@resource(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    passes="bucket rules",
    ignores="expectedBucketOwner timeouts transitionDefaultMinimumObjectSize",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").delete_bucket_lifecycle(Bucket=request.id),
)
def lifecycle(request: Request) -> ResourceState:
    """Set when objects expire."""
    name = request.require("bucket")
    request.client("s3").put_bucket_lifecycle_configuration(
        Bucket=name,
        LifecycleConfiguration={"Rules": [_rule(rule) for rule in request.require("rules")]},
    )
    return ResourceState(name)


@resource(
    "aws:s3/bucketLogging:BucketLogging",
    passes="bucket targetBucket targetPrefix",
    ignores="expectedBucketOwner targetGrants targetObjectKeyFormat",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").put_bucket_logging(
        Bucket=request.id, BucketLoggingStatus={}
    ),
)
def logging(request: Request) -> ResourceState:
    """Send a bucket's access log to another bucket."""
    name = request.require("bucket")
    request.client("s3").put_bucket_logging(
        Bucket=name,
        BucketLoggingStatus={
            "LoggingEnabled": present(
                TargetBucket=request.require("targetBucket"),
                TargetPrefix=request.get("targetPrefix", ""),
            )
        },
    )
    return ResourceState(name)


@resource(
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration",
    passes="bucket corsRules",
    ignores="expectedBucketOwner",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").delete_bucket_cors(Bucket=request.id),
)
def cors(request: Request) -> ResourceState:
    """Set which web pages may use a bucket."""
    name = request.require("bucket")
    renames = {"id": "ID"}
    request.client("s3").put_bucket_cors(
        Bucket=name,
        CORSConfiguration={"CORSRules": pascal(request.require("corsRules"), renames)},
    )
    return ResourceState(name)


_PLURAL = {
    "id": "ID",
    # Lists have plural names in Pulumi and singular ones in the API.
    "noncurrentVersionTransitions": "NoncurrentVersionTransitions",
}


def _rule(given: dict[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = pascal(given, _PLURAL)
    conditions = (given.get("filter") or {}).get("and") or {}
    if conditions.get("tags"):  # a map here, a list in the API
        rule["Filter"]["And"]["Tags"] = [
            {"Key": key, "Value": value} for key, value in conditions["tags"].items()
        ]
    rule.setdefault("Filter", {"Prefix": rule.pop("Prefix", "")})
    return rule
