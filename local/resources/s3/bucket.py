"""Buckets, their policies and notifications."""

from typing import Any

from local.resources.names import present
from local.resources.policies import for_resource
from local.resources.registry import Made, Request, resource


@resource(
    "aws:s3/bucket:Bucket",
    passes="bucket objectLockEnabled",
    ignores="forceDestroy bucketNamespace",
)
def bucket(request: Request) -> Made:
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
    domain = f"{name}.s3.{region}.amazonaws.com"
    request.target.addresses[f"https://{domain}"] = f"{request.target.aws.endpoint}/{name}"
    return Made(
        name,
        {
            "bucket": name,
            "arn": f"arn:aws:s3:::{name}",
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": domain,
            "bucketRegion": region,
        },
    )


@resource("aws:s3/bucketPolicy:BucketPolicy", passes="bucket policy")
def bucket_policy(request: Request) -> Made:
    """Set a bucket's policy."""
    name = request.require("bucket")
    policy = for_resource(request.require("policy"))
    if policy:
        request.client("s3").put_bucket_policy(Bucket=name, Policy=policy)
    return Made(name)


@resource(
    "aws:s3/bucketNotification:BucketNotification",
    passes="bucket lambdaFunctions queues topics eventbridge",
)
def bucket_notification(request: Request) -> Made:
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
    return Made(name)


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
