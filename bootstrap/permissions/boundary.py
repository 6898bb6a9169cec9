"""The most that any role of a stack may do, whatever its own policies say.

A new function that does something new needs it here, too, and the account's bootstrap again: that
is the point of it, for what is here is not the deploy role's to change.
"""

from bootstrap.permissions.model import OURS, Permission, arn, may

_BUCKET = arn("s3", "{name}-*", region="", account="")
_TABLE = arn("dynamodb", "table/{name}-*")
_GROUPS = [
    arn("logs", f"log-group:{group}") for group in ("/aws/lambda/{name}-*", "/aws/vpc/{name}")
]

BOUNDARY: tuple[Permission, ...] = (
    may("dynamodb", "DeleteItem GetItem PutItem UpdateItem", _TABLE),
    may("dynamodb", "Query", f"{_TABLE}/index/*"),
    may(
        "dynamodb",
        "DescribeStream GetRecords GetShardIterator ListStreams",
        f"{_TABLE}/stream/*",
    ),
    may("s3", "ListBucket", _BUCKET),
    may("s3", "AbortMultipartUpload GetObject GetObjectVersion PutObject", f"{_BUCKET}/*"),
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
    may("kms", "Decrypt GenerateDataKey", arn("kms", "key/*"), when=OURS),
    may("lambda", "InvokeFunction", arn("lambda", "function:{name}-*")),
    may(
        "logs",
        "CreateLogStream DescribeLogStreams PutLogEvents",
        *_GROUPS,
        *(f"{group}:*" for group in _GROUPS),
    ),
    # These know no resource; nor does Lambda take one for its interfaces in a network.
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    may("logs", "DescribeLogGroups", "*"),
    may("xray", "PutTelemetryRecords PutTraceSegments", "*"),
    may("ec2", "DescribeNetworkInterfaces DescribeSubnets", "*"),
    may(
        "ec2",
        "AssignPrivateIpAddresses CreateNetworkInterface DeleteNetworkInterface "
        "UnassignPrivateIpAddresses",
        arn("ec2", "*/*"),
    ),
)
