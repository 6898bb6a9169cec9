"""Rows 34 to 46: tables and buckets."""

from tests.support.policy.mutations import Break

TABLE = "dynamodb/table:Table users"
BUCKET = "s3/bucket:Bucket storage"
BLOCK = "s3/bucketPublicAccessBlock:BucketPublicAccessBlock storage-public-access"
POLICY = "s3/bucketPolicy:BucketPolicy storage-policy"
ENCRYPTION = (
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration "
    "storage-encryption"
)
VERSIONING = "s3/bucketVersioning:BucketVersioning storage-versioning"
LIFECYCLE = "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration storage-lifecycle"
CORS = "s3/bucketCorsConfiguration:BucketCorsConfiguration storage-cors"
OWNERSHIP = "s3/bucketOwnershipControls:BucketOwnershipControls storage-ownership"
NOTIFICATION = "s3/bucketNotification:BucketNotification uploads-notification"
STATEMENT = ("policy", "Statement", 0)
ARN = "arn:aws:s3:eu-central-1:123456789012:storage"

TABLES = (
    Break(rule="34", of=TABLE, path=("pointInTimeRecovery", "enabled"), to=False),
    Break(rule="34", of=TABLE, path=("pointInTimeRecovery",)),
    Break(rule="35", of=TABLE, path=("deletionProtectionEnabled",), to=False),
    Break(rule="35", of=TABLE, path=("deletionProtectionEnabled",)),
    Break(rule="36", of=TABLE, path=("serverSideEncryption", "enabled"), to=False),
    Break(rule="36", of=TABLE, path=("serverSideEncryption", "kmsKeyArn")),
    Break(rule="37", of=TABLE, path=("billingMode",), to="PROVISIONED"),
    Break(rule="37", of=TABLE, path=("billingMode",)),
    Break(rule="38", of=TABLE, path=("streamEnabled",), to=False),
    Break(rule="38", of=TABLE, path=("streamViewType",), to="KEYS_ONLY"),
)

BUCKETS = (
    *(
        Break(rule="39", of=BLOCK, path=(block,), to=False)
        for block in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        )
    ),
    Break(rule="39", of=BLOCK),
    Break(rule="40", of=POLICY, path=(*STATEMENT, "Effect"), to="Allow"),
    Break(rule="40", of=POLICY, path=(*STATEMENT, "Resource"), to=[ARN]),
    Break(rule="40", of=POLICY, path=(*STATEMENT, "Resource"), to=[f"{ARN}/*"]),
    Break(rule="40", of=POLICY, path=(*STATEMENT, "Condition")),
    Break(rule="40", of=POLICY, path=(*STATEMENT, "Action"), to="s3:GetObject"),
    Break(rule="40", of=POLICY, path=(*STATEMENT, "Principal"), to={"AWS": "123456789012"}),
    Break(rule="40", of=POLICY),
    Break(
        rule="41",
        of=ENCRYPTION,
        path=("rules", 0, "applyServerSideEncryptionByDefault", "sseAlgorithm"),
        to="AES256",
    ),
    Break(rule="41", of=ENCRYPTION),
    Break(rule="42", of=VERSIONING, path=("versioningConfiguration", "status"), to="Suspended"),
    Break(rule="42", of=VERSIONING),
    Break(rule="43", of=LIFECYCLE, path=("rules", 0, "abortIncompleteMultipartUpload")),
    Break(rule="43", of=LIFECYCLE, path=("rules", 0, "noncurrentVersionExpiration")),
    Break(rule="43", of=LIFECYCLE, path=("rules", 0, "status"), to="Disabled"),
    Break(rule="43", of=LIFECYCLE, path=("rules", 0, "filter", "prefix"), to="uploads/"),
    Break(rule="43", of=LIFECYCLE),
    *(
        Break(rule="32", of=CORS, path=("corsRules", 0, "allowedOrigins"), to=origins)
        for origins in (
            ["*"],
            ["https://app.example.com", "*"],
            ["https://*"],
            ["http*"],
            ["https://*:8443"],
        )
    ),
    Break(rule="45", of=OWNERSHIP, path=("rule", "objectOwnership"), to="ObjectWriter"),
    Break(rule="45", of=OWNERSHIP),
    Break(rule="46", of=NOTIFICATION, path=("lambdaFunctions", 0, "filterPrefix")),
    Break(
        rule="46",
        of=NOTIFICATION,
        path=("lambdaFunctions", 0, "filterPrefix"),
        to="processed/images/",
    ),
)

BREAKS = (*TABLES, *BUCKETS)
