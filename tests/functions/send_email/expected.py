"""What the program and the faults make of the function."""

from tests.support import samples
from tests.support.expected import Expected, unprocessed

EXPECTED = Expected(
    trigger="queue emails",
    services=("sesv2", "dynamodb", "sqs"),
    alarms=("emails-oldest-message", "emails-dead-letters", "send-email-uncertain"),
    dead_letters={"emails-dead-letters": "queue"},
    unanswered=unprocessed(samples.event("send_email")),
    stops_in_time=True,
    logs={"level", "message_id", "reason", "receives", "wait_seconds"},
)
