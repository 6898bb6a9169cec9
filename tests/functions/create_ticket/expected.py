"""What the program and the faults make of the function."""

from tests.support.expected import BUSY, Expected

EXPECTED = Expected(
    trigger="POST /tickets",
    services=("dynamodb",),
    alarms=("api-5xx",),
    unanswered=BUSY,
    logs={"status"},
)
