"""Who may see a user, and what belongs to the user. docs/architecture.md describes the rule."""

import hashlib
from typing import Any

from handlers.runtime.caller import Caller


def owner_of(caller: Caller | None) -> str | None:
    """Return the owner to store with a user that a caller creates: a hash, or None.

    Only people own users. Services act for every user; without credentials there is no owner.
    """
    if caller is None or caller.kind != "person":
        return None
    return hashlib.sha256(f"{caller.kind} {caller.id}".encode()).hexdigest()


def may_see(caller: Caller | None, owner: str | None) -> bool:
    """Check that a caller may see and change a user with this owner, and what belongs to the user.

    Args:
        caller: who asks; None if the API asks for no credentials, and ids are the only protection.
        owner: what is stored; None for users of services, and of a time before owners were stored.
    """
    own = owner_of(caller)
    return own is None or own == owner


def stored_owner(item: dict[str, Any]) -> str | None:
    """Return the owner in an item of DynamoDB, or None."""
    owner: str | None = item.get("owner", {}).get("S")
    return owner
