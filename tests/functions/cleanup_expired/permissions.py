"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    EMAILS,
    LEDGER,
    LEDGER_KEY,
    USERS,
    USERS_KEY,
    allow,
    failures,
    send_to,
)

MAY = [
    allow("dynamodb:Query", on=f"{LEDGER}/index/by-expiry"),
    allow("dynamodb:DeleteItem", on=LEDGER),
    allow("dynamodb:Query", on=f"{USERS}/index/welcome-pending"),
    allow("dynamodb:UpdateItem", on=USERS),
    allow("sqs:SendMessage", on=EMAILS),
    failures("cleanup-expired"),
]
WITH_A_KEY = [LEDGER_KEY, USERS_KEY, send_to("emails"), send_to("cleanup-expired-failures")]
