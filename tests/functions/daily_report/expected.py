"""What the program and the faults make of the function."""

from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="cron(15 0 * * ? *)",
    services=("dynamodb", "s3"),
    alarms=("daily-report-dead-letters",),
    dead_letters={"daily-report-failures": "function"},
    unanswered="Failed",
    stops_in_time=True,
    native=set(),
    logs={"day", "level"},
)
