"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    LIVE,
    LIVE_KEY,
    UPLOADS,
    UPLOADS_KEY,
    USERS,
    USERS_KEY,
    allow,
)

MAY = [
    allow("dynamodb:GetItem", on=USERS),
    allow("dynamodb:GetItem", on=UPLOADS),
    allow("dynamodb:GetItem", on=LIVE),
    allow("dynamodb:PutItem", on=LIVE),
    allow("dynamodb:DeleteItem", on=LIVE),
    allow("dynamodb:Query", on=LIVE),
]
WITH_A_KEY = [USERS_KEY, UPLOADS_KEY, LIVE_KEY]
