"""What the program and the faults make of the function."""

from tests.support.expected import BUSY_FIELD, Expected

EXPECTED = Expected(
    trigger=(
        "GraphQL Mutation.requestUpload, GraphQL Query.upload, GraphQL Query.uploads, "
        "GraphQL Upload.outputs, GraphQL Upload.user, GraphQL User.uploads"
    ),
    services=("dynamodb",),
    alarms=("graphql-5xx", "resolve-uploads-busy", "resolve-uploads-failed"),
    unanswered=[BUSY_FIELD],
    logs={"count", "status", "upload_id", "user_id"},
)
