"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    READ_STORAGE,
    STORAGE,
    UPLOADS,
    UPLOADS_KEY,
    USERS,
    USERS_KEY,
    allow,
)

MAY = [
    allow("dynamodb:GetItem", on=USERS),
    allow("dynamodb:GetItem", on=UPLOADS),
    allow("s3:GetObject", on=f"{STORAGE}/processed/users/*"),
]
WITH_A_KEY = [USERS_KEY, UPLOADS_KEY, READ_STORAGE]
