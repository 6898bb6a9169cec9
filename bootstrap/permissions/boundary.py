"""The boundary: the most that any role of a stack may do, whatever its own policies allow.

If a function needs a new action, add it here and deploy the account's bootstrap again. That is on
purpose: the deploy role cannot change the boundary.
"""

from bootstrap.permissions.model import OURS, Permission, arn, may

_BUCKET = arn("s3", "{name}-*", region="", account="")
_TABLE = arn("dynamodb", "table/{name}-*")
_GROUPS = [
    arn("logs", f"log-group:{group}")
    for group in ("/aws/appsync/apis/*", "/aws/lambda/{name}-*", "/aws/vpc/{name}")
]

BOUNDARY: tuple[Permission, ...] = (
    may("dynamodb", "BatchGetItem DeleteItem GetItem PutItem Query UpdateItem", _TABLE),
    may("dynamodb", "Query", f"{_TABLE}/index/*"),
    may(
        "dynamodb",
        "DescribeStream GetRecords GetShardIterator ListStreams",
        f"{_TABLE}/stream/*",
    ),
    may("s3", "ListBucket ListBucketVersions", _BUCKET),
    may(
        "s3",
        "AbortMultipartUpload DeleteObjectVersion GetObject GetObjectVersion PutObject",
        f"{_BUCKET}/*",
    ),
    may(
        "sqs",
        "ChangeMessageVisibility DeleteMessage GetQueueAttributes ReceiveMessage SendMessage",
        arn("sqs", "{name}-*"),
    ),
    may(
        "ses",
        "SendEmail",
        arn("ses", "identity/{sender}"),
        arn("ses", "configuration-set/{name}-*"),
    ),
    may("execute-api", "ManageConnections", arn("execute-api", "*/{stack}/POST/@connections/*")),
    may("secretsmanager", "GetSecretValue", arn("secretsmanager", "secret:{name}-*")),
    may("kms", "Decrypt GenerateDataKey", arn("kms", "key/*"), when=OURS),
    may("lambda", "InvokeFunction", arn("lambda", "function:{name}-*")),
    may("states", "StartExecution", arn("states", "stateMachine:{name}-*")),
    may("states", "DescribeExecution", arn("states", "execution:{name}-*")),
    may(
        "logs",
        "CreateLogStream DescribeLogStreams PutLogEvents",
        *_GROUPS,
        *(f"{group}:*" for group in _GROUPS),
    ),
    # These have no resources to name; Lambda supports none for its network interfaces.
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    may(
        "logs",
        "CreateLogDelivery DeleteLogDelivery DescribeLogGroups DescribeResourcePolicies "
        "GetLogDelivery ListLogDeliveries PutResourcePolicy UpdateLogDelivery",
        "*",
    ),
    may(
        "xray",
        "GetSamplingRules GetSamplingTargets PutTelemetryRecords PutTraceSegments",
        "*",
    ),
    may("ec2", "DescribeNetworkInterfaces DescribeSubnets", "*"),
    may(
        "ec2",
        "AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface "
        "UnassignPrivateIpAddresses",
        arn("ec2", "*/*"),
    ),
)
