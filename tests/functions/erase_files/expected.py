"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="state machine erasure",
    services=("dynamodb", "s3"),
    alarms=(
        "erasure-executionsfailed",
        "erasure-executionstimedout",
        "erasure-executionsaborted",
    ),
    unanswered="Failed",
    logs={"count", "erasure_id", "next"},
)
