"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    READ_STORAGE,
    STORAGE,
    UPLOADS,
    UPLOADS_KEY,
    USERS,
    USERS_KEY,
    WRITE_STORAGE,
    allow,
)

MAY = [
    allow("dynamodb:GetItem", on=USERS),
    allow("dynamodb:BatchGetItem", on=USERS),
    allow("dynamodb:GetItem", on=UPLOADS),
    allow("dynamodb:PutItem", on=UPLOADS),
    allow("dynamodb:Query", on=UPLOADS),
    allow("s3:PutObject", on=f"{STORAGE}/uploads/users/*"),
    allow("s3:GetObject", on=f"{STORAGE}/processed/users/*"),
]
WITH_A_KEY = [USERS_KEY, UPLOADS_KEY, WRITE_STORAGE, READ_STORAGE]

NOT_CALLED = {
    "s3:PutObject": "callers use it by a form; the trail does not name a form's signer",
    "s3:GetObject": "callers use it by a link; the trail does not name a link's signer",
}
"""Actions that it may do and never calls, and why it needs them."""
