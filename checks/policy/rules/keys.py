"""Row 56: keys."""

from .model import Resource, Stack
from .policies import principals, statements
from .rule import Problems, must, rule


@rule(56, "KMS.3/4/5, CK7", "kms/key:Key", per_resource=True)
def rotated_and_private(key: Resource, _: Stack) -> Problems:
    """Keys rotate, and their policies name who may use them."""
    if key.get("customerMasterKeySpec") in (None, "SYMMETRIC_DEFAULT"):
        yield from must(key, ["enableKeyRotation"], lambda on: on is True, "it must be true")
    for statement in statements(key, "policy"):
        everybody = any(who == "*" for _, who in principals(statement))
        if statement.get("Effect") == "Allow" and (everybody or "NotPrincipal" in statement):
            yield f"policy allows {statement.get('Action')!r} to everybody; name the principals"
