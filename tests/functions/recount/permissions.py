"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    ACTIVITY,
    ACTIVITY_KEY,
    LEDGER,
    LEDGER_KEY,
    USERS,
    USERS_KEY,
    allow,
)

MAY = [
    allow("dynamodb:Query", on=f"{LEDGER}/index/by-day"),
    allow("dynamodb:Query", on=f"{USERS}/index/by-day"),
    allow("dynamodb:Query", on=ACTIVITY),
    allow("dynamodb:PutItem", on=ACTIVITY),
    allow("dynamodb:UpdateItem", on=ACTIVITY),
]
WITH_A_KEY = [LEDGER_KEY, USERS_KEY, ACTIVITY_KEY]
