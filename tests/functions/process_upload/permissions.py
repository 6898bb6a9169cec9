"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    LEDGER,
    LEDGER_KEY,
    READ_STORAGE,
    STORAGE,
    UPLOADS,
    UPLOADS_KEY,
    WRITE_STORAGE,
    allow,
    failures,
    send_to,
)

MAY = [
    allow("s3:GetObject", "s3:GetObjectVersion", on=f"{STORAGE}/uploads/*"),
    allow("s3:ListBucket", on=STORAGE),
    allow("s3:AbortMultipartUpload", "s3:PutObject", on=f"{STORAGE}/processed/*"),
    allow("s3:AbortMultipartUpload", "s3:PutObject", on=f"{STORAGE}/rejected/*"),
    allow("dynamodb:PutItem", on=LEDGER),
    allow("dynamodb:UpdateItem", on=LEDGER),
    allow("dynamodb:UpdateItem", on=UPLOADS),
    failures("process-upload"),
]
WITH_A_KEY = [
    READ_STORAGE,
    WRITE_STORAGE,
    LEDGER_KEY,
    UPLOADS_KEY,
    send_to("process-upload-failures"),
]

NOT_CALLED = {
    "s3:ListBucket": "S3 tells by it that an upload is gone (404) and not forbidden (403)",
}
"""Actions that it may do and never calls, and why it needs them."""
