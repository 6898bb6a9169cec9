"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    LEDGER,
    LEDGER_KEY,
    READ_STORAGE,
    STORAGE,
    USERS,
    USERS_KEY,
    WRITE_STORAGE,
    allow,
    failures,
    send_to,
)

MAY = [
    allow("dynamodb:Query", on=f"{USERS}/index/by-day"),
    allow("dynamodb:Query", on=f"{LEDGER}/index/by-day"),
    allow("s3:GetObject", on=f"{STORAGE}/reports/*"),
    allow("s3:ListBucket", on=STORAGE),
    allow("s3:PutObject", on=f"{STORAGE}/reports/*"),
    failures("daily-report"),
]
WITH_A_KEY = [
    USERS_KEY,
    LEDGER_KEY,
    READ_STORAGE,
    WRITE_STORAGE,
    send_to("daily-report-failures"),
]
