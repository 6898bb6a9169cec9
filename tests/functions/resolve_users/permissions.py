"""What the function may do, in the order of its grants."""

from tests.support.statements import LEDGER, LEDGER_KEY, USERS, USERS_KEY, allow

MAY = [
    allow("dynamodb:BatchGetItem", on=USERS),
    allow("dynamodb:PutItem", on=USERS),
    allow("dynamodb:PutItem", on=LEDGER),
]
WITH_A_KEY = [USERS_KEY, LEDGER_KEY]
