"""What the function may do, in the order of its grants."""

from tests.support.statements import EMAILS, USERS, USERS_KEY, Consume, allow, failures, send_to

MAY = [allow("sqs:SendMessage", on=EMAILS)]
WITH_A_KEY = [send_to("emails")]

TRIGGERS = {
    "new-users-consume": Consume(
        statements=[
            allow(
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
                on=f"{USERS}/stream/*",
            ),
            failures("new-users"),
        ],
        with_a_key=[USERS_KEY, send_to("new-users-failures")],
    )
}
