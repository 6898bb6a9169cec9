"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="state machine erasure",
    services=("dynamodb", "sqs"),
    alarms=(
        "erasure-executionsfailed",
        "erasure-executionstimedout",
        "erasure-executionsaborted",
    ),
    unanswered="Failed",
    logs={"erasure_id"},
)
