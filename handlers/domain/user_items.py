"""The items that creating a user writes: user, guard, Idempotency-Key, and the ledger's entry."""

import hashlib
from typing import Any

import msgspec

from handlers.domain.email_address import guard_id
from handlers.domain.ledger import counted_entry, expiry
from handlers.domain.user import NewUser, User
from handlers.runtime import clock, trace

WELCOME_DUE_SECONDS = 3600
"""Time after which the hourly sweep queues the welcome of a new user again, if none was sent."""

IDEMPOTENCY_SECONDS = 86_400
"""How long an Idempotency-Key is remembered."""


def user_item(user: User, now: float, owner: str | None = None) -> dict[str, Any]:
    """Return the user's item; ``welcome`` and ``welcome_due`` put it on the sweep's index.

    ``trace`` takes the request's trace along the table's stream.
    """
    item = {
        "id": {"S": user.id},
        "name": {"S": user.name},
        "email": {"S": user.email},
        "created": {"S": user.created},
        "created_day": {"S": clock.day(now)},
        "welcome": {"S": "pending"},
        "welcome_due": {"N": str(int(now) + WELCOME_DUE_SECONDS)},
        "welcome_attempts": {"N": "0"},
        **trace.named(lambda text: {"S": text}),
    }
    return item if owner is None else {**item, "owner": {"S": owner}}


def guard_item(user: User, key: str | None = None) -> dict[str, Any]:
    """Return the item, in the same table, that reserves the address.

    It names the ledger's item for the Idempotency-Key, because only the caller's own requests lead
    to that id: a smoke test deletes it by this name.
    """
    guard = {"id": {"S": guard_id(user.email)}, "user_id": {"S": user.id}}
    return guard if key is None else {**guard, "key_id": {"S": key_id(key)}}


def key_item(key: str, new: NewUser, user: User, now: float) -> dict[str, Any]:
    """Return the ledger's item for an Idempotency-Key and the user that it created.

    ``key``: as ``caller.key_of`` returns it.
    """
    return {
        "id": {"S": key_id(key)},
        "kind": {"S": "idempotency"},
        "fingerprint": {"S": fingerprint(new)},
        "user_id": {"S": user.id},
        "created": {"S": user.created},
        **expiry(now, IDEMPOTENCY_SECONDS),
    }


def created_entry(user_id: str, now: float) -> dict[str, Any]:
    """Return the ledger's entry that counts a user as created."""
    return counted_entry(created_id(user_id), kind="user", outcome="created", now=now)


def created_id(user_id: str) -> str:
    """Return the id of that entry: a hash, so that nothing leads from it to a deleted user."""
    return f"created#{hashlib.sha256(user_id.encode()).hexdigest()}"


def key_id(key: str) -> str:
    """Return the id of the item for an Idempotency-Key."""
    return f"idempotency#{hashlib.sha256(key.encode()).hexdigest()}"


def fingerprint(new: NewUser) -> str:
    """Return the SHA-256 of a request's fields, which does not depend on how they were written."""
    return hashlib.sha256(msgspec.json.encode(new)).hexdigest()
