"""What a user's creation writes: the items of the user, of the guard and of the key."""

import hashlib
from typing import Any

import msgspec

from handlers.domain.email_address import guard_id
from handlers.domain.ledger import expiry
from handlers.domain.user import NewUser, User
from handlers.runtime import clock

WELCOME_DUE_SECONDS = 3600
"""How long after its creation a user not yet welcomed is queued again by the hourly sweep."""

IDEMPOTENCY_SECONDS = 86_400
"""How long an Idempotency-Key is remembered."""


def user_item(user: User, now: float) -> dict[str, Any]:
    """Make the user's item; ``welcome`` and ``welcome_due`` put it on the sweep's sparse index."""
    return {
        "id": {"S": user.id},
        "name": {"S": user.name},
        "email": {"S": user.email},
        "created": {"S": user.created},
        "created_day": {"S": clock.day(now)},
        "welcome": {"S": "pending"},
        "welcome_due": {"N": str(int(now) + WELCOME_DUE_SECONDS)},
        "welcome_attempts": {"N": "0"},
    }


def guard_item(user: User) -> dict[str, Any]:
    """Make the item in the same table that keeps others from taking the address."""
    return {"id": {"S": guard_id(user.email)}, "user_id": {"S": user.id}}


def key_item(key: str, new: NewUser, user: User, now: float) -> dict[str, Any]:
    """Make the ledger's item that remembers an Idempotency-Key and what it led to."""
    return {
        "id": {"S": key_id(key)},
        "kind": {"S": "idempotency"},
        "fingerprint": {"S": fingerprint(new)},
        "user_id": {"S": user.id},
        "created": {"S": user.created},
        **expiry(now, IDEMPOTENCY_SECONDS),
    }


def key_id(key: str) -> str:
    """Return the id of that item."""
    return f"idempotency#{hashlib.sha256(key.encode()).hexdigest()}"


def fingerprint(new: NewUser) -> str:
    """Tell bodies apart: SHA-256 of the fields that count, however they were written."""
    return hashlib.sha256(msgspec.json.encode(new)).hexdigest()
