"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    EMAILS,
    ERASURES,
    ERASURES_KEY,
    LEDGER,
    LEDGER_KEY,
    USERS,
    USERS_KEY,
    allow,
    send_to,
)

MAY = [
    allow("dynamodb:GetItem", on=ERASURES),
    allow("dynamodb:UpdateItem", on=ERASURES),
    allow("dynamodb:GetItem", on=USERS),
    allow("dynamodb:DeleteItem", on=USERS),
    allow("dynamodb:UpdateItem", on=LEDGER),
    allow("sqs:SendMessage", on=EMAILS),
]
WITH_A_KEY = [ERASURES_KEY, USERS_KEY, LEDGER_KEY, send_to("emails")]
