"""What the function may do, in the order of its grants."""

from tests.support.statements import ERASURES, ERASURES_KEY, EXECUTIONS, allow

MAY = [
    allow("dynamodb:GetItem", on=ERASURES),
    allow("states:DescribeExecution", on=f"{EXECUTIONS}:*"),
]
WITH_A_KEY = [ERASURES_KEY]
