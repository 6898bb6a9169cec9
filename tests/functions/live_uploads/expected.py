"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="WebSocket $connect, WebSocket $default, WebSocket $disconnect",
    services=("dynamodb",),
    alarms=("live-stage-functions", "live-stage-gateway"),
    unanswered={"status": 503, "retry": None},
    logs={"level", "status", "upload_id", "user_id"},
)
