"""Who may see a user, and what belongs to the user. docs/architecture.md describes the rule."""

import hashlib
from typing import Any

from handlers.runtime.caller import Caller


def identity_of(caller: Caller | None) -> str:
    """Return a hash that identifies a caller; all callers without credentials share one."""
    text = "" if caller is None else f"{caller.kind} {caller.id}"
    return hashlib.sha256(text.encode()).hexdigest()


def owner_of(caller: Caller | None) -> str | None:
    """Return the owner to store with a user that a caller creates: a hash, or None.

    Only people own users. Services act for every user; without credentials there is no owner.
    """
    if caller is None or caller.kind != "person":
        return None
    return identity_of(caller)


def may_see(caller: Caller | None, owner: str | None) -> bool:
    """Check that a caller may see and change a user with this owner, and what belongs to the user.

    Args:
        caller: who asks; None if the API asks for no credentials, and ids are the only protection.
        owner: what is stored; None for users of services, and for users from before owners were
            stored.
    """
    return is_theirs(owner_of(caller), owner)


def is_theirs(acting: str | None, owner: str | None) -> bool:
    """Check the same for a caller for whom ``owner_of`` returned ``acting``."""
    return acting is None or acting == owner


def stored_owner(item: dict[str, Any]) -> str | None:
    """Return the owner in an item of DynamoDB, or None."""
    owner: str | None = item.get("owner", {}).get("S")
    return owner
