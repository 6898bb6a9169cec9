"""What the program and the faults make of the function."""

from tests.support.expected import BUSY_FIELD, Expected

EXPECTED = Expected(
    trigger="GraphQL Query.activity",
    services=("dynamodb",),
    alarms=("graphql-5xx", "resolve-activity-busy", "resolve-activity-failed"),
    unanswered=[BUSY_FIELD],
    logs={"count", "status"},
)
