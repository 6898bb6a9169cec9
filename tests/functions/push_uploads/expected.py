"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="stream user-uploads",
    services=("dynamodb", "apigatewaymanagementapi"),
    alarms=("push-uploads-iterator-age", "upload-changes-dead-letters"),
    dead_letters={"upload-changes-failures": "stream"},
    unanswered={"batchItemFailures": [{"itemIdentifier": "100000000005391461881"}]},
    environment={"LIVE_ENDPOINT": "http://127.0.0.1:1"},
    internet=True,
    logs={"upload_id", "subscribers", "missed", "level"},
)
