"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="stream ledger",
    services=("dynamodb",),
    alarms=("count-activity-iterator-age", "ledger-entries-dead-letters"),
    dead_letters={"ledger-entries-failures": "stream"},
    unanswered="Failed",
    logs={"again", "closed", "count", "ignored", "level", "reason", "sequence"},
)
