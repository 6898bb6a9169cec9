"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    EMAILS,
    HERE,
    LEDGER,
    LEDGER_KEY,
    RECEIVE_EMAILS,
    USERS,
    USERS_KEY,
    Consume,
    allow,
)

MAY = [
    allow(
        "ses:SendEmail",
        on=[f"arn:aws:sesv2:{HERE}:mail-domain", f"arn:aws:sesv2:{HERE}:mail"],
        when={"StringEquals": {"ses:FromAddress": "no-reply@example.com"}},
    ),
    allow("sqs:ChangeMessageVisibility", on=EMAILS),
    allow("dynamodb:UpdateItem", on=USERS),
    allow("dynamodb:UpdateItem", on=LEDGER),
]
WITH_A_KEY = [USERS_KEY, LEDGER_KEY]

TRIGGERS = {
    "emails-to-send-consume": Consume(
        statements=[
            allow("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", on=EMAILS)
        ],
        with_a_key=[RECEIVE_EMAILS],
    )
}
