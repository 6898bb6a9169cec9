"""What the function may do, in the order of its grants."""

from tests.support.statements import USERS, USERS_KEY, allow

MAY = [allow("dynamodb:GetItem", on=USERS)]
WITH_A_KEY = [USERS_KEY]
