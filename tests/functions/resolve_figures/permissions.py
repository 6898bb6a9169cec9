"""What the function may do, in the order of its grants."""

from tests.support.statements import ACTIVITY, ACTIVITY_KEY, allow

MAY = [allow("dynamodb:Query", on=ACTIVITY)]
WITH_A_KEY = [ACTIVITY_KEY]
