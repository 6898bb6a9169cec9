"""Samples of what ``create-user`` writes."""

from handlers.domain.user import NewUser
from handlers.domain.user_items import created_entry, guard_item, key_item, user_item
from tests.support.fakes import NOW, USER
from tests.support.formats import Samples

KEY = "0b7c1c1e-1d0a-4a55-8a54-5c9a3c1b7f10"
NEW = NewUser(USER.name, USER.email)


def written() -> Samples:
    """Return the samples of this version."""
    user = user_item(USER, NOW)
    record = {
        "eventName": "INSERT",
        "dynamodb": {"Keys": {"id": user["id"]}, "NewImage": user, "SequenceNumber": "1"},
    }
    return {
        "users": {"new": user, "guard": guard_item(USER)},
        "ledger": {
            "Idempotency-Key": key_item(KEY, NEW, USER, NOW),
            "created": created_entry(USER.id, NOW),
        },
        "stream": {"new user": record},  # as DynamoDB writes it
    }
