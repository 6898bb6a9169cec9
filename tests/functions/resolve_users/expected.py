"""What the program and the faults make of the function."""

from tests.support.expected import BUSY_FIELD, Expected

EXPECTED = Expected(
    trigger="GraphQL Mutation.createUser, GraphQL Query.user",
    services=("dynamodb",),
    alarms=("graphql-5xx", "resolve-users-busy", "resolve-users-failed"),
    unanswered=[BUSY_FIELD, BUSY_FIELD],
    logs={"count", "status", "user_id"},
)
