"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    LIVE,
    LIVE_KEY,
    SOCKET,
    UPLOADS,
    UPLOADS_KEY,
    USERS,
    USERS_KEY,
    Consume,
    allow,
    failures,
    send_to,
)

MAY = [
    allow("dynamodb:GetItem", on=USERS),
    allow("dynamodb:GetItem", on=UPLOADS),
    allow("dynamodb:Query", on=LIVE),
    allow("dynamodb:DeleteItem", on=LIVE),
    allow("execute-api:ManageConnections", on=f"{SOCKET}/POST/@connections/*"),
]
WITH_A_KEY = [USERS_KEY, UPLOADS_KEY, LIVE_KEY]

TRIGGERS = {
    "upload-changes-consume": Consume(
        statements=[
            allow(
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
                on=f"{UPLOADS}/stream/*",
            ),
            failures("upload-changes"),
        ],
        with_a_key=[UPLOADS_KEY, send_to("upload-changes-failures")],
    )
}
