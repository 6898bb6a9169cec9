"""What the function may do, in the order of its grants."""

from tests.support.statements import (
    ERASURES,
    ERASURES_KEY,
    STORAGE,
    UPLOADS,
    UPLOADS_KEY,
    allow,
)

MAY = [
    allow("dynamodb:GetItem", on=ERASURES),
    allow("dynamodb:UpdateItem", on=ERASURES),
    allow("dynamodb:Query", on=UPLOADS),
    allow("dynamodb:DeleteItem", on=UPLOADS),
    allow("s3:ListBucketVersions", on=STORAGE),
    allow(
        "s3:DeleteObjectVersion",
        on=[f"{STORAGE}/{prefix}/users/*" for prefix in ("uploads", "processed", "rejected")],
    ),
]
WITH_A_KEY = [ERASURES_KEY, UPLOADS_KEY]

NOT_CALLED = dict.fromkeys(
    ["s3:ListBucketVersions", "s3:DeleteObjectVersion"],
    "the trail names neither call. e2e/test_many_objects.py shows that no version is left",
)
"""Actions that the trail does not show, and what shows that they are needed."""
