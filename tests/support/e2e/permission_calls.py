"""Every action that code of this system could name, on everything it could name it for.

Each call is one that changes nothing where it is allowed: a condition that no item meets, a receipt
or a version that does not exist. Beside what is granted and what handlers call (tests require both
to be here) stand actions that a careless grant would bring along.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.cloud import Cloud
from tests.support.e2e.system import logical_name
from tests.support.statements import (
    ACTIVITY,
    EMAILS,
    ERASURES,
    EXECUTIONS,
    HERE,
    KEY,
    LEDGER,
    LIVE,
    MACHINE,
    SOCKET,
    STORAGE,
    UPLOADS,
    USERS,
)

INDEXES = {
    "users": {"by-day": "created_day", "welcome-pending": "welcome"},
    "ledger": {"by-day": "day", "by-expiry": "expires_day"},
    "uploads": {},
    "live": {},
    "erasures": {},
    "activity": {},
}
PREFIXES = (
    "uploads/",
    "uploads/users/",
    "processed/",
    "processed/users/",
    "rejected/",
    "rejected/users/",
    "reports/",
    "elsewhere/",
)
TABLES = {
    "users": USERS,
    "ledger": LEDGER,
    "uploads": UPLOADS,
    "activity": ACTIVITY,
    "erasures": ERASURES,
    "live": LIVE,
}
_STREAMS = ("users", "ledger", "uploads")
_PROBE = {"S": "probe"}
_HASH_KEYS = {
    "users": "id",
    "ledger": "id",
    "uploads": "user",
    "activity": "id",
    "erasures": "id",
    "live": "topic",
}
_RANGE_KEYS = {"uploads": "id", "activity": "day", "live": "id"}
_NEVER = {"ConditionExpression": "attribute_exists(id)"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call, and what it takes by IAM's words.

    Attributes:
        action: the IAM action.
        on: the resource's ARN, as ``tests/support/statements.py`` names it.
        context: values of condition keys.
        service, operation, arguments: what botocore's client is asked for.
        endpoint: the URL that the client calls; None for the service's.
    """

    action: str
    on: str
    service: str
    operation: str
    arguments: dict[str, Any]
    context: dict[str, str] = field(default_factory=dict)
    endpoint: str | None = None

    @property
    def name(self) -> str:
        return " ".join([f"{self.action} by {self.operation} on {self.on}", *self.context.values()])


def calls(cloud: Cloud) -> list[Call]:
    """Return them for one running system."""
    return [
        *_tables(cloud),
        *(call for table in _STREAMS for call in _stream(cloud, table)),
        *_bucket(cloud.outputs["s3_bucket_name"]),
        *_queues(cloud),
        *_mail(),
        *_connections(cloud),
        *_logs(cloud),
        *_traces(),
        *_functions(cloud),
        *_machine(cloud),
        *_keys(cloud),
        _secret(),
    ]


def table_names(cloud: Cloud) -> dict[str, str]:
    """Return the physical names of the tables."""
    outputs = {"users": "dynamodb_table_name"}
    names = {table: outputs.get(table, f"{table}_table_name") for table in TABLES}
    return {table: cloud.outputs[name] for table, name in names.items() if name in cloud.outputs}


def _tables(cloud: Cloud) -> Iterator[Call]:
    physical = table_names(cloud)
    for table, physical_name in physical.items():
        arn, name = TABLES[table], {"TableName": physical_name}
        key = {n: _PROBE for n in (_HASH_KEYS[table], _RANGE_KEYS.get(table)) if n}
        put = {**name, "Item": key, **_NEVER}
        change = {
            "UpdateExpression": "SET probe = :now",
            "ExpressionAttributeValues": {":now": {"S": "now"}},
        }

        def call(action: str, operation: str, arguments: Any, on: str = arn) -> Call:
            return Call(
                action=f"dynamodb:{action}",
                on=on,
                service="dynamodb",
                operation=operation,
                arguments=arguments,
            )

        def query(attribute: str, **more: str) -> dict[str, Any]:
            return {
                **name,  # noqa: B023 (called within the round)
                **more,
                "KeyConditionExpression": "#key = :probe",
                "ExpressionAttributeNames": {"#key": attribute},
                "ExpressionAttributeValues": {":probe": {"S": "probe"}},
            }

        yield call("PutItem", "put_item", put)
        yield call("PutItem", "transact_write_items", {"TransactItems": [{"Put": put}]})
        yield call("GetItem", "get_item", {**name, "Key": key})
        yield call("UpdateItem", "update_item", {**name, "Key": key, **_NEVER, **change})
        yield call("DeleteItem", "delete_item", {**name, "Key": key, **_NEVER})
        yield call("Query", "query", query(_HASH_KEYS[table]))
        for index, attribute in INDEXES[table].items():
            arguments = query(f"{attribute}", IndexName=index)
            yield call("Query", "query", arguments, f"{arn}/index/{index}")
        # Beyond what anything here needs.
        yield call("Scan", "scan", {**name, "Limit": 1})
        requests = {physical[table]: {"Keys": [key]}}
        yield call("BatchGetItem", "batch_get_item", {"RequestItems": requests})
        yield call("DescribeTable", "describe_table", name)


def _stream(cloud: Cloud, name: str) -> Iterator[Call]:
    table = {"TableName": table_names(cloud)[name]}
    stream = cloud.client("dynamodb").describe_table(**table)["Table"]["LatestStreamArn"]
    shard = {"ShardId": "shardId-00000000000000000000-00000000", "ShardIteratorType": "LATEST"}
    arguments: dict[str, dict[str, Any]] = {
        "DescribeStream": {"StreamArn": stream},
        "GetRecords": {"ShardIterator": "probe"},
        "GetShardIterator": {"StreamArn": stream, **shard},
        "ListStreams": table,
    }
    operations = {
        "DescribeStream": "describe_stream",
        "GetRecords": "get_records",
        "GetShardIterator": "get_shard_iterator",
        "ListStreams": "list_streams",
    }
    for action, operation in operations.items():
        yield Call(
            action=f"dynamodb:{action}",
            on=f"{TABLES[name]}/stream/2026",
            service="dynamodbstreams",
            operation=operation,
            arguments=arguments[action],
        )


def _bucket(bucket: str) -> Iterator[Call]:
    by_prefix: dict[str, tuple[str, dict[str, str]]] = {
        "GetObject": ("get_object", {}),
        "GetObjectVersion": ("get_object", {"VersionId": "probe"}),
        "PutObject": ("put_object", {"IfMatch": '"0"'}),
        "AbortMultipartUpload": ("abort_multipart_upload", {"UploadId": "probe"}),
        "DeleteObjectVersion": ("delete_object", {"VersionId": "probe"}),
    }
    for prefix in PREFIXES:
        for action, (operation, more) in by_prefix.items():
            yield Call(
                action=f"s3:{action}",
                on=f"{STORAGE}/{prefix}probe",
                service="s3",
                operation=operation,
                arguments={"Bucket": bucket, "Key": f"{prefix}probe", **more},
            )
        yield Call(
            action="s3:DeleteObjectVersion",
            on=f"{STORAGE}/{prefix}probe",
            service="s3",
            operation="delete_objects",
            arguments={
                "Bucket": bucket,
                "Delete": {"Objects": [{"Key": f"{prefix}probe", "VersionId": "probe"}]},
            },
        )
    whole = {
        "ListBucket": "list_objects_v2",
        "ListBucketVersions": "list_object_versions",
        "GetBucketPolicy": "get_bucket_policy",
    }
    for action, operation in whole.items():
        yield Call(
            action=f"s3:{action}",
            on=STORAGE,
            service="s3",
            operation=operation,
            arguments={"Bucket": bucket},
        )


def _queues(cloud: Cloud) -> Iterator[Call]:
    receipt, twice = {"ReceiptHandle": "probe"}, {"Id": "probe"}
    by_queue: dict[str, tuple[str, dict[str, Any]]] = {
        "send_message": ("SendMessage", {"MessageBody": "\x01"}),
        "send_message_batch": (
            "SendMessage",
            {"Entries": [{**twice, "MessageBody": "probe"}] * 2},
        ),
        "receive_message": ("ReceiveMessage", {"MaxNumberOfMessages": 11}),
        "delete_message": ("DeleteMessage", receipt),
        "change_message_visibility": (
            "ChangeMessageVisibility",
            {**receipt, "VisibilityTimeout": 0},
        ),
        "change_message_visibility_batch": (
            "ChangeMessageVisibility",
            {"Entries": [{**twice, **receipt, "VisibilityTimeout": 0}] * 2},
        ),
        "get_queue_attributes": ("GetQueueAttributes", {}),
        # Beyond what anything here needs.
        "list_queue_tags": ("ListQueueTags", {}),
    }
    for url in cloud.client("sqs").list_queues()["QueueUrls"]:
        logical = logical_name(url.rpartition("/")[2])
        for operation, (action, more) in by_queue.items():
            yield Call(
                action=f"sqs:{action}",
                on=EMAILS if logical == "emails" else f"arn:aws:sqs:{HERE}:{logical}",
                service="sqs",
                operation=operation,
                arguments={"QueueUrl": url, **more},
            )


def _mail() -> Iterator[Call]:
    text = {"Data": "probe"}
    for sender in ("no-reply@example.com", "somebody-else@example.com"):
        yield Call(
            action="ses:SendEmail",
            on=f"arn:aws:sesv2:{HERE}:mail-domain",
            context={"ses:FromAddress": sender},
            service="sesv2",
            operation="send_email",
            arguments={
                "FromEmailAddress": sender,
                "Destination": {"ToAddresses": ["probe@example.com"]},
                "Content": {"Simple": {"Subject": text, "Body": {"Text": text}}},
            },
        )


def _connections(cloud: Cloud) -> Iterator[Call]:
    if "live_url" not in cloud.outputs:  # the feature was removed
        return
    endpoint = f"http{cloud.outputs['live_url'].removeprefix('ws')}"
    for operation, verb, more in (
        ("post_to_connection", "POST", {"Data": "probe"}),
        # Beyond what anything here needs.
        ("get_connection", "GET", {}),
        ("delete_connection", "DELETE", {}),
    ):
        yield Call(
            action="execute-api:ManageConnections",
            on=f"{SOCKET}/{verb}/@connections/probe",
            service="apigatewaymanagementapi",
            operation=operation,
            arguments={"ConnectionId": "probe", **more},
            endpoint=endpoint,
        )


def _logs(cloud: Cloud) -> Iterator[Call]:
    for function, ref in cloud.functions.items():
        stream = {"logGroupName": ref.log_group, "logStreamName": "probe"}
        event = {"timestamp": 0, "message": "probe"}
        arguments: dict[str, tuple[str, dict[str, Any]]] = {
            "CreateLogStream": ("create_log_stream", {**stream, "logStreamName": "a:b"}),
            "PutLogEvents": ("put_log_events", {**stream, "logEvents": [event]}),
            # Lambda would make groups anew that nobody deletes.
            "CreateLogGroup": ("create_log_group", {"logGroupName": ref.log_group}),
        }
        for action, (operation, given) in arguments.items():
            yield Call(
                action=f"logs:{action}",
                on=f"arn:aws:logs:{HERE}:{function}-logs:log-stream:probe",
                service="logs",
                operation=operation,
                arguments=given,
            )


def _traces() -> Iterator[Call]:
    arguments: dict[str, tuple[str, dict[str, list[Any]]]] = {
        "PutTraceSegments": ("put_trace_segments", {"TraceSegmentDocuments": []}),
        "PutTelemetryRecords": ("put_telemetry_records", {"TelemetryRecords": []}),
    }
    for action, (operation, given) in arguments.items():
        yield Call(
            action=f"xray:{action}", on="*", service="xray", operation=operation, arguments=given
        )


def _functions(cloud: Cloud) -> Iterator[Call]:
    """Yield the calls of Lambda: no function may call another one."""
    for function, ref in cloud.functions.items():
        yield Call(
            action="lambda:InvokeFunction",
            on=f"arn:aws:lambda:{HERE}:{function}",
            service="lambda",
            operation="invoke",
            arguments={"FunctionName": ref.name, "InvocationType": "DryRun"},
        )


def _machine(cloud: Cloud) -> Iterator[Call]:
    """Yield the calls of Step Functions; no execution has these names, and no input is JSON."""
    [machine] = cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    arn = machine["stateMachineArn"]
    execution = f"{arn.replace(':stateMachine:', ':execution:')}:probe"
    arguments: dict[str, tuple[str, str, dict[str, str]]] = {
        "StartExecution": (MACHINE, "start_execution", {"stateMachineArn": arn}),
        "DescribeExecution": (
            f"{EXECUTIONS}:probe",
            "describe_execution",
            {"executionArn": execution},
        ),
        # Beyond what anything here needs.
        "StopExecution": (f"{EXECUTIONS}:probe", "stop_execution", {"executionArn": execution}),
        "GetExecutionHistory": (
            f"{EXECUTIONS}:probe",
            "get_execution_history",
            {"executionArn": execution},
        ),
        "DescribeStateMachine": (MACHINE, "describe_state_machine", {"stateMachineArn": arn}),
    }
    for action, (on, operation, given) in arguments.items():
        yield Call(
            action=f"states:{action}",
            on=on,
            service="stepfunctions",
            operation=operation,
            arguments=given,
        )


def _keys(cloud: Cloud) -> Iterator[Call]:
    """Yield the calls of KMS: no function may use a key itself; a service may, on its behalf."""
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    for action, operation, more in (
        ("Encrypt", "encrypt", {"Plaintext": "probe"}),
        ("GenerateDataKey", "generate_data_key", {"KeySpec": "AES_256"}),
    ):
        yield Call(
            action=f"kms:{action}",
            on=KEY,
            service="kms",
            operation=operation,
            arguments={"KeyId": key, **more},
        )


def _secret() -> Call:
    """Return the call of Secrets Manager, which only a function that sends by SendGrid may make.

    The stack of these tests sends by SES: there is no such secret, and nobody may read it.
    """
    return Call(
        action="secretsmanager:GetSecretValue",
        on=f"arn:aws:secretsmanager:{HERE}:mail-key",
        service="secretsmanager",
        operation="get_secret_value",
        arguments={"SecretId": "probe"},
    )
