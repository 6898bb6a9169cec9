"""Users in GraphQL: reading and creating them.

Outcomes: ``found`` (with the number of users), ``created``, ``replayed``, ``not_found``,
``invalid``, ``too_large``, ``email_taken``, ``key_reused``; and those of ``resolver``.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from handlers.domain.user_creation import create
from handlers.domain.user_store import UserStore
from handlers.runtime.log import outcome
from handlers.runtime.refused import Refused
from handlers.runtime.resolver import MOST_AT_ONCE, Asked, Field, one_by_one


def fields(users: UserStore) -> dict[str, Field]:
    """Return how each field is resolved.

    Args:
        users: stores and finds users.
    """

    def user(asked: Sequence[Asked]) -> list[object]:
        found = users.get_many([(each.arguments["id"], each.caller) for each in asked])
        outcome("found", count=sum(each is not None for each in found))
        return [
            Refused(404, "not_found", "User not found") if one is None else msgspec.to_builtins(one)
            for one in found
        ]

    def create_user(asked: Asked) -> dict[str, Any]:
        stored = create(
            msgspec.json.encode(asked.arguments["input"]),
            key=asked.arguments.get("idempotencyKey"),
            caller=asked.caller,
            users=users,
        )
        outcome("replayed" if stored.replayed else "created", status=201, user_id=stored.user.id)
        return {"user": msgspec.to_builtins(stored.user), "replayed": stored.replayed}

    return {
        "Query.user": Field("users.read", "Failed to get user", user, most=MOST_AT_ONCE),
        "Mutation.createUser": Field(
            "users.write", "Failed to create user", one_by_one(create_user)
        ),
    }
