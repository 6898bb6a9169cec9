"""Buckets, their policies and notifications."""

from typing import Any

from local.resources.names import present
from local.resources.policies import for_resource
from local.resources.registry import ANEW, PUT, resource
from local.resources.request import Request, ResourceState


def _delete_bucket(request: Request) -> None:
    """Delete a bucket with all versions of its files."""
    s3 = request.client("s3")
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=request.id)
    for page in pages:
        for item in page.get("Versions", []) + page.get("DeleteMarkers", []):
            s3.delete_object(Bucket=request.id, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=request.id)


def _domain(request: Request, name: str) -> str:
    return f"{name}.s3.{request.target.aws.region}.amazonaws.com"


def _remember_address(request: Request, state: ResourceState) -> None:
    target = request.target
    target.addresses[f"https://{_domain(request, state.id)}"] = f"{target.aws.endpoint}/{state.id}"


@resource(
    "aws:s3/bucket:Bucket",
    passes="bucket objectLockEnabled",
    ignores="forceDestroy bucketNamespace",
    fixed="bucket objectLockEnabled",
    holds="its files",
    delete=_delete_bucket,
    note=_remember_address,
)
def bucket(request: Request) -> ResourceState:
    """Make a bucket."""
    s3 = request.client("s3")
    region = request.target.aws.region
    name = request.get("bucket") or request.auto_name(63).lower()
    # us-east-1 is the one region that must not be named.
    location = None if region == "us-east-1" else {"LocationConstraint": region}
    s3.create_bucket(
        Bucket=name,
        **present(
            CreateBucketConfiguration=location,
            ObjectLockEnabledForBucket=request.get("objectLockEnabled"),
        ),
    )
    return ResourceState(
        name,
        {
            "bucket": name,
            "arn": f"arn:aws:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": _domain(request, name),
            "bucketRegion": region,
        },
    )


@resource(
    "aws:s3/bucketPolicy:BucketPolicy",
    passes="bucket policy",
    update=ANEW,
    fixed="bucket",
    delete=lambda request: request.client("s3").delete_bucket_policy(Bucket=request.id),
)
def bucket_policy(request: Request) -> ResourceState:
    """Set a bucket's policy."""
    name = request.require("bucket")
    policy = for_resource(request.require("policy"))
    if policy:
        request.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    return ResourceState(name)


@resource(
    "aws:s3/bucketNotification:BucketNotification",
    passes="bucket lambdaFunctions queues topics eventbridge",
    update=PUT,
    fixed="bucket",
    delete=lambda request: request.client("s3").put_bucket_notification_configuration(
        Bucket=request.id, NotificationConfiguration={}
    ),
)
def bucket_notification(request: Request) -> ResourceState:
    """Set all notifications of a bucket."""
    name = request.require("bucket")
    targets = {
        "LambdaFunctionConfigurations": ("lambdaFunctions", "LambdaFunctionArn"),
        "QueueConfigurations": ("queues", "QueueArn"),
        "TopicConfigurations": ("topics", "TopicArn"),
    }
    configuration: dict[str, Any] = {
        theirs: [_notification(given, arn) for given in request.get(ours, [])]
        for theirs, (ours, arn) in targets.items()
        if request.get(ours)
    }
    if request.get("eventbridge"):
        configuration["EventBridgeConfiguration"] = {}
    request.client("s3").put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration=configuration
    )
    return ResourceState(name)


def _notification(given: dict[str, Any], arn: str) -> dict[str, Any]:
    rules = [
        {"Name": kind, "Value": given[key]}
        for kind, key in (("prefix", "filterPrefix"), ("suffix", "filterSuffix"))
        if given.get(key)
    ]
    return present(
        Id=given.get("id"),
        Events=given["events"],
        Filter={"Key": {"FilterRules": rules}} if rules else None,
        **{arn: given[arn[:1].lower() + arn[1:]]},
    )
