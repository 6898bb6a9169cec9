"""What the function may do, in the order of its grants."""

from tests.support.statements import (
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
    allow("dynamodb:PutItem", on=UPLOADS),
    allow("s3:PutObject", on=f"{STORAGE}/uploads/users/*"),
]
WITH_A_KEY = [USERS_KEY, UPLOADS_KEY, WRITE_STORAGE]

NOT_CALLED = {
    "s3:PutObject": "callers use it by a form; the trail does not name a form's signer. "
    "e2e/test_uploads.py shows that no form works without it",
}
"""Actions that it may do and never calls, and why it needs them."""
