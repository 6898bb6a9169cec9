"""What the function may do, in the order of its grants."""

from tests.support.statements import LIVE, LIVE_KEY, allow

MAY = [allow("dynamodb:PutItem", on=LIVE)]
WITH_A_KEY = [LIVE_KEY]
