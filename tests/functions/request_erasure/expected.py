"""What the program and the faults make of the function."""

from tests.support.expected import BUSY, Expected

EXPECTED = Expected(
    trigger="DELETE /users/{id}",
    services=("dynamodb", "stepfunctions"),
    alarms=("api-5xx",),
    unanswered=BUSY,
    logs={"erasure_id", "status"},
)
