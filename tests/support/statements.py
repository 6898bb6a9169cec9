"""Words for IAM statements, with which each function's folder says what it may do."""

from dataclasses import dataclass, field
from typing import Any

HERE = "eu-central-1:123456789012"
USERS = f"arn:aws:dynamodb:{HERE}:users"
LEDGER = f"arn:aws:dynamodb:{HERE}:ledger"
UPLOADS = f"arn:aws:dynamodb:{HERE}:user-uploads"
LIVE = f"arn:aws:dynamodb:{HERE}:live-connections"
SOCKET = f"arn:aws:execute-api:{HERE}:live/STAGE"
ERASURES = f"arn:aws:dynamodb:{HERE}:erasures"
MACHINE = f"arn:aws:states:{HERE}:stateMachine:erasure"
EXECUTIONS = f"arn:aws:states:{HERE}:execution:erasure"
ACTIVITY = f"arn:aws:dynamodb:{HERE}:activity"
EMAILS = f"arn:aws:sqs:{HERE}:emails"
STORAGE = f"arn:aws:s3:{HERE}:storage"
KEY = f"arn:aws:kms:{HERE}:key"

Statement = dict[str, Any]


def allow(*actions: str, on: str | list[str], when: Statement | None = None) -> Statement:
    statement: Statement = {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": [on] if isinstance(on, str) else on,
    }
    return statement | ({"Condition": when} if when else {})


def failures(of_what: str) -> Statement:
    return allow("sqs:SendMessage", on=f"arn:aws:sqs:{HERE}:{of_what}-failures")


def telemetry(function: str) -> list[Statement]:
    """Return what every function may do: write its own log, and traces."""
    return [
        allow(
            "logs:CreateLogStream", "logs:PutLogEvents", on=f"arn:aws:logs:{HERE}:{function}-logs:*"
        ),
        {
            "Effect": "Allow",
            "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "Resource": "*",
        },
    ]


def through(service: str, *actions: str, **context: str) -> Statement:
    """Allow one service to use the stack's key for one resource."""
    of = {f"kms:EncryptionContext:aws:{service}:{name}": value for name, value in context.items()}
    via = f"{service}.eu-central-1.amazonaws.com"
    return allow(*actions, on=KEY, when={"StringEquals": {"kms:ViaService": via, **of}})


def send_to(queue: str) -> Statement:
    return through("sqs", "kms:Decrypt", "kms:GenerateDataKey", arn=f"arn:aws:sqs:{HERE}:{queue}")


USERS_KEY = through("dynamodb", "kms:Decrypt", tableName="users")
LEDGER_KEY = through("dynamodb", "kms:Decrypt", tableName="ledger")
ERASURES_KEY = through("dynamodb", "kms:Decrypt", tableName="erasures")
UPLOADS_KEY = through("dynamodb", "kms:Decrypt", tableName="user-uploads")
LIVE_KEY = through("dynamodb", "kms:Decrypt", tableName="live-connections")
ACTIVITY_KEY = through("dynamodb", "kms:Decrypt", tableName="activity")
READ_STORAGE = through("s3", "kms:Decrypt", arn=STORAGE)
WRITE_STORAGE = through("s3", "kms:GenerateDataKey", arn=STORAGE)
RECEIVE_EMAILS = through("sqs", "kms:Decrypt", arn=EMAILS)


@dataclass(frozen=True, kw_only=True)
class Consume:
    """What a trigger adds to its function's role, so that Lambda can read the source."""

    statements: list[Statement]
    with_a_key: list[Statement] = field(default_factory=list)
