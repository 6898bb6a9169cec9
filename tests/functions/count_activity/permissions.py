"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    ACTIVITY,
    ACTIVITY_KEY,
    LEDGER,
    LEDGER_KEY,
    Consume,
    allow,
    failures,
    send_to,
)

MAY = [allow("dynamodb:PutItem", on=ACTIVITY), allow("dynamodb:UpdateItem", on=ACTIVITY)]
WITH_A_KEY = [ACTIVITY_KEY]

TRIGGERS = {
    "ledger-entries-consume": Consume(
        statements=[
            allow(
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
                on=f"{LEDGER}/stream/*",
            ),
            failures("ledger-entries"),
        ],
        with_a_key=[LEDGER_KEY, send_to("ledger-entries-failures")],
    )
}
