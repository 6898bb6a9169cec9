"""What each function may do, written by a person: whole IAM documents."""

from typing import Any

HERE = "eu-central-1:123456789012"
USERS = f"arn:aws:dynamodb:{HERE}:users"
LEDGER = f"arn:aws:dynamodb:{HERE}:ledger"
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
    """Return the statements of every function: its own log, and traces, which have no resources."""
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


# The one place where a person says what a function may do, in the order of its grants; a function
# with asynchronous=True may also send to its failures queue.
MAY: dict[str, list[Statement]] = {
    "create-user": [
        allow("dynamodb:PutItem", on=USERS),
        allow("dynamodb:PutItem", on=LEDGER),
    ],
    "get-user": [
        allow("dynamodb:GetItem", on=USERS),
    ],
    "queue-welcome": [
        allow("sqs:SendMessage", on=EMAILS),
    ],
    "send-email": [
        allow(
            "ses:SendEmail",
            on=[f"arn:aws:sesv2:{HERE}:mail-domain", f"arn:aws:sesv2:{HERE}:mail"],
            when={"StringEquals": {"ses:FromAddress": "no-reply@example.com"}},
        ),
        allow("sqs:ChangeMessageVisibility", on=EMAILS),
        allow("dynamodb:UpdateItem", on=USERS),
        allow("dynamodb:UpdateItem", on=LEDGER),
    ],
    "process-upload": [
        allow("s3:GetObject", "s3:GetObjectVersion", on=f"{STORAGE}/uploads/*"),
        allow("s3:ListBucket", on=STORAGE),
        allow("s3:AbortMultipartUpload", "s3:PutObject", on=f"{STORAGE}/processed/*"),
        allow("s3:AbortMultipartUpload", "s3:PutObject", on=f"{STORAGE}/rejected/*"),
        allow("dynamodb:PutItem", on=LEDGER),
        allow("dynamodb:UpdateItem", on=LEDGER),
        failures("process-upload"),
    ],
    "cleanup-expired": [
        allow("dynamodb:Query", on=f"{LEDGER}/index/by-expiry"),
        allow("dynamodb:DeleteItem", on=LEDGER),
        allow("dynamodb:Query", on=f"{USERS}/index/welcome-pending"),
        allow("dynamodb:UpdateItem", on=USERS),
        allow("sqs:SendMessage", on=EMAILS),
        failures("cleanup-expired"),
    ],
    "daily-report": [
        allow("dynamodb:Query", on=f"{USERS}/index/by-day"),
        allow("dynamodb:Query", on=f"{LEDGER}/index/by-day"),
        allow("s3:GetObject", on=f"{STORAGE}/reports/*"),
        allow("s3:ListBucket", on=STORAGE),
        allow("s3:PutObject", on=f"{STORAGE}/reports/*"),
        failures("daily-report"),
    ],
}

# What a trigger adds to its function's role, so that Lambda can read the source.
TO_READ_THE_SOURCE: dict[str, tuple[str, list[Statement]]] = {
    "new-users-consume": (
        "queue-welcome-role",
        [
            allow(
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
                on=f"{USERS}/stream/*",
            ),
            failures("new-users"),
        ],
    ),
    "emails-to-send-consume": (
        "send-email-role",
        [allow("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", on=EMAILS)],
    ),
}
