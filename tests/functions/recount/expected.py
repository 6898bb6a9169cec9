"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="none",
    services=("dynamodb",),
    unanswered="Failed",
    stops_in_time=True,
    logs={"count", "day", "level", "reason"},
)
