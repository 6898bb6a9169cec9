"""What the function may do, in the order of its grants."""

from tests.support.statements import UPLOADS, UPLOADS_KEY, USERS, USERS_KEY, allow

MAY = [
    allow("dynamodb:GetItem", on=USERS),
    allow("dynamodb:Query", on=UPLOADS),
]
WITH_A_KEY = [USERS_KEY, UPLOADS_KEY]
