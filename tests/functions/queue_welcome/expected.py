"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="stream users",
    services=("sqs",),
    alarms=("queue-welcome-iterator-age", "new-users-dead-letters"),
    dead_letters={"new-users-failures": "stream"},
    unanswered={"batchItemFailures": [{"itemIdentifier": "100000000005391461881"}]},
    logs={"code", "level", "reason", "sequence", "user_id"},
)
