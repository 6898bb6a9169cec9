"""Permissions to deploy what holds data: tables, buckets, queues, and their key."""

from bootstrap.permissions.model import NEW, OURS, UNCLAIMED, Permission, arn, may

_TABLE = arn("dynamodb", "table/{name}-*")
_BUCKET = arn("s3", "{name}-*", region="", account="")
_QUEUE = arn("sqs", "{name}-*")
_KEY = arn("kms", "key/*")
_ALIAS = arn("kms", "alias/{name}-*")

_ATTRIBUTES = (may("sqs", "GetQueueAttributes SetQueueAttributes", _QUEUE),)
_TAGS = "ListTagsForResource TagResource UntagResource"
# The provider reads all settings of a bucket, also those that the program does not set.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
_SETTINGS = (
    "GetAccelerateConfiguration GetBucketAcl GetBucketCORS GetBucketLocation GetBucketLogging "
    "GetBucketObjectLockConfiguration GetBucketPolicy GetBucketRequestPayment GetBucketTagging "
    "GetBucketVersioning GetBucketWebsite GetEncryptionConfiguration GetLifecycleConfiguration "
    "GetReplicationConfiguration ListBucket"
)

TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:dynamodb/table:Table": (
        may(
            "dynamodb",
            "CreateTable DescribeContinuousBackups DescribeTable DescribeTimeToLive "
            "ListTagsOfResource TagResource UntagResource UpdateContinuousBackups UpdateTable "
            "UpdateTimeToLive",
            _TABLE,
        ),
        may("dynamodb", "DeleteTable", _TABLE, destroys=True),
    ),
    "aws:s3/bucket:Bucket": (
        # The provider uses either to tag, since November 2025.
        # https://github.com/hashicorp/terraform-provider-aws/pull/45251
        may("s3", f"CreateBucket PutBucketTagging {_TAGS} {_SETTINGS}", _BUCKET),
        may("s3", "DeleteBucket ListBucketVersions", _BUCKET, destroys=True),
        may("s3", "DeleteObject DeleteObjectVersion", f"{_BUCKET}/*", destroys=True),
    ),
    # Its deletion is allowed by the action that sets it:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html
    "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration": (
        may("s3", "GetBucketCORS PutBucketCORS", _BUCKET),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": (
        may("s3", "GetLifecycleConfiguration PutLifecycleConfiguration", _BUCKET),
    ),
    "aws:s3/bucketLogging:BucketLogging": (
        may("s3", "GetBucketLogging PutBucketLogging", _BUCKET),
    ),
    "aws:s3/bucketNotification:BucketNotification": (
        may("s3", "GetBucketNotification PutBucketNotification", _BUCKET),
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        may("s3", "GetBucketOwnershipControls PutBucketOwnershipControls", _BUCKET),
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (
        may("s3", "DeleteBucketPolicy GetBucketPolicy PutBucketPolicy", _BUCKET),
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (
        may("s3", "GetBucketPublicAccessBlock PutBucketPublicAccessBlock", _BUCKET),
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        may("s3", "GetEncryptionConfiguration PutEncryptionConfiguration", _BUCKET),
    ),
    "aws:s3/bucketVersioning:BucketVersioning": (
        may("s3", "GetBucketVersioning PutBucketVersioning", _BUCKET),
    ),
    "aws:sqs/queue:Queue": (
        may(
            "sqs",
            "CreateQueue DeleteQueue GetQueueUrl ListQueueTags TagQueue UntagQueue",
            _QUEUE,
        ),
        *_ATTRIBUTES,
    ),
    "aws:sqs/queuePolicy:QueuePolicy": _ATTRIBUTES,
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": _ATTRIBUTES,
    "aws:kms/key:Key": (
        may("kms", "CreateKey", "*", when=NEW),  # it has no resource to name
        may("kms", "TagResource", _KEY, when=NEW + UNCLAIMED),
        may(
            "kms",
            "DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation GetKeyPolicy "
            "GetKeyRotationStatus ListResourceTags PutKeyPolicy TagResource UntagResource "
            "UpdateKeyDescription",
            _KEY,
            when=OURS,
        ),
        may("kms", "ScheduleKeyDeletion", _KEY, when=OURS, destroys=True),
        # DynamoDB, ECR and Lambda create a KMS grant when a resource of theirs gets the key, and
        # Lambda shows a function's environment only to those who may decrypt it.
        # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
        may(
            "kms",
            "CreateGrant",
            _KEY,
            when=(*OURS, ("Bool", "kms:GrantIsForAWSResource", "true")),
        ),
        may(
            "kms",
            "Decrypt Encrypt GenerateDataKey",
            _KEY,
            when=(*OURS, ("StringEquals", "kms:ViaService", "lambda.{region}.{suffix}")),
        ),
    ),
    "aws:kms/alias:Alias": (
        may("kms", "CreateAlias DeleteAlias UpdateAlias", _ALIAS),
        may("kms", "CreateAlias DeleteAlias UpdateAlias", _KEY, when=OURS),
        may("kms", "ListAliases", "*"),  # it has no resource to name
    ),
}
