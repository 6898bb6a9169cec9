"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    ERASURES,
    ERASURES_KEY,
    EXECUTIONS,
    MACHINE,
    USERS,
    USERS_KEY,
    allow,
)

MAY = [
    allow("dynamodb:GetItem", on=ERASURES),
    allow("dynamodb:PutItem", on=ERASURES),
    allow("dynamodb:UpdateItem", on=ERASURES),
    allow("dynamodb:GetItem", on=USERS),
    allow("dynamodb:UpdateItem", on=USERS),
    allow("states:StartExecution", on=MACHINE),
    allow("states:DescribeExecution", on=f"{EXECUTIONS}:*"),
]
WITH_A_KEY = [ERASURES_KEY, USERS_KEY]
