"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="rate(1 hour)",
    services=("sqs", "dynamodb"),
    alarms=("cleanup-expired-dead-letters", "cleanup-expired-welcome-abandoned"),
    dead_letters={"cleanup-expired-failures": "function"},
    unanswered="Failed",
    stops_in_time=True,
    logs={"count", "level", "part", "user_id"},
)
