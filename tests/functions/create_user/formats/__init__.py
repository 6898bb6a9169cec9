"""Samples of what ``create-user`` writes."""

from handlers.domain.access import owner_of
from handlers.domain.user import NewUser
from handlers.domain.user_items import created_entry, guard_item, key_item, user_item
from handlers.runtime.caller import Caller
from tests.support.fakes import NOW, USER
from tests.support.formats import Samples

KEY = "0b7c1c1e-1d0a-4a55-8a54-5c9a3c1b7f10"
NEW = NewUser(USER.name, USER.email)
PERSON = Caller("person", "0f8fad5b-d9cb-469f-a165-70867728950e")


def written() -> Samples:
    """Return the samples of this version."""
    user = user_item(USER, NOW, owner_of(PERSON))
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
