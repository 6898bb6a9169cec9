"""What the program and the faults make of the function."""

from tests.support.expected import BUSY_FIELD, Expected

EXPECTED = Expected(
    trigger="GraphQL Query.activity",
    services=("dynamodb",),
    alarms=("graphql-5xx", "resolve-figures-busy", "resolve-figures-failed"),
    unanswered=[BUSY_FIELD],
    logs={"count", "status"},
)
