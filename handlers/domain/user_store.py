"""Users in DynamoDB. User and guard of the address are written together or not at all.

    StoreError
    ├── EmailTaken   another user has the address
    └── KeyReused    the Idempotency-Key was used before, with another body

If DynamoDB throttles, fails or does not answer, calls raise ``faults.Unavailable`` after all
retries. ``user_items`` defines the items' attributes.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.domain.access import is_theirs, owner_of, stored_owner
from handlers.domain.user import NewUser, User, is_user_id, new_user_id
from handlers.domain.user_items import (
    created_entry,
    fingerprint,
    guard_item,
    key_item,
    user_item,
)
from handlers.runtime import clock, deadline
from handlers.runtime.caller import Caller
from handlers.runtime.faults import (
    CONFLICTS,
    REFUSED,
    TRANSACTION_ATTEMPTS,
    Unavailable,
    conflict_pause,
    temporary_as_unavailable,
)

_READ: dict[str, Any] = {
    "ConsistentRead": True,
    "ProjectionExpression": "id, #name, email, created, #owner, erasing",
    "ExpressionAttributeNames": {"#name": "name", "#owner": "owner"},
}


class StoreError(Exception):
    """The user cannot be stored."""


class EmailTaken(StoreError):
    """Another user has the address."""


class KeyReused(StoreError):
    """The Idempotency-Key was used before, with another body."""


@dataclass(frozen=True)
class Stored:
    """A stored user; ``replayed`` if an earlier request with the same key stored it."""

    user: User
    replayed: bool


class UserStore:
    """The users' table.

    Args:
        client: botocore's DynamoDB client.
        table: name of the users' table.
        ledger_table: name of the ledger's table, where ``create`` stores Idempotency-Keys, and
            counts users.
        now: returns the time in epoch seconds.
        sleep: waits between attempts at a transaction.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        ledger_table: str = "",
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = deadline.sleep,
    ) -> None:
        self._client = client
        self._table = table
        self._ledger_table = ledger_table
        self._now = now
        self._sleep = sleep

    def create(
        self, new: NewUser, *, idempotency_key: str | None, owner: str | None = None
    ) -> Stored:
        """Store a user in one transaction (``dynamodb:PutItem`` on both tables).

        With it are written the guard of the address, the key, and the ledger's entry that counts
        the user.

        DynamoDB cancels transactions that conflict on an address or a key. They are tried again
        after a random pause; the later one then sees what the earlier one wrote.

        Args:
            new: what the caller sent.
            idempotency_key: as ``caller.key_of`` returns it; or None.
            owner: the only person who may see the user, see ``access.owner_of``; or None.

        Raises:
            EmailTaken, KeyReused: see the module's docstring.
            Unavailable: also after six attempts at transactions that conflict, and if time runs
                out.
        """
        now = self._now()
        user = User(new_user_id(now), new.name, new.email, clock.timestamp(now))
        writes = self._writes(user, new, idempotency_key, owner, now)
        for attempt in range(TRANSACTION_ATTEMPTS):
            try:
                with temporary_as_unavailable():
                    if attempt:
                        self._sleep(conflict_pause(attempt))
                    # botocore adds a token, so its retry after a lost answer writes nothing new.
                    self._client.transact_write_items(TransactItems=writes)
            except self._client.exceptions.TransactionCanceledException as error:
                reasons = error.response["CancellationReasons"]  # in the order of the writes
                codes = [reason.get("Code") for reason in reasons]
                # The key is checked first: a repeated request also finds the guard that it wrote.
                if codes[2:3] == [REFUSED]:
                    return _replay(reasons[2]["Item"], new)
                if not CONFLICTS.isdisjoint(codes):
                    continue
                if codes[1] == REFUSED:
                    raise EmailTaken from None
                raise
            return Stored(user, replayed=False)
        raise Unavailable(
            f"still in conflict with other transactions after {TRANSACTION_ATTEMPTS} attempts"
        )

    def get(self, user_id: str, reader: Caller | None) -> User | None:
        """Return a user that the reader may see, or None (``dynamodb:GetItem``).

        Users just created are found; users that are being erased are not. An id of another form,
        such as a guard's, is not looked up.
        """
        return self.find(user_id, owner_of(reader))

    def find(self, user_id: str, acting: str | None) -> User | None:
        """Return the same for a reader whose ``access.owner_of`` is ``acting``."""
        if not is_user_id(user_id):
            return None
        with temporary_as_unavailable():
            item = self._client.get_item(
                TableName=self._table, Key={"id": {"S": user_id}}, **_READ
            ).get("Item")
        return None if item is None else _visible(item, acting)

    def get_many(self, wanted: Sequence[tuple[str, Caller | None]]) -> list[User | None]:
        """Return what `get` returns for each id and reader (``dynamodb:BatchGetItem``).

        Each user is read once, all of them with one call.

        Args:
            wanted: of 100 distinct ids at most.

        Raises:
            Unavailable: also if DynamoDB still leaves users out after six attempts.
        """
        ids = dict.fromkeys(user_id for user_id, _ in wanted if is_user_id(user_id))
        items = self._batch([{"id": {"S": user_id}} for user_id in ids])
        return [
            _visible(items[user_id], owner_of(reader)) if user_id in items else None
            for user_id, reader in wanted
        ]

    def mark_welcomed(self, user_id: str) -> None:
        """Mark a user as welcomed (``dynamodb:UpdateItem``).

        Do nothing if the user is marked already, or deleted.
        """
        try:
            with temporary_as_unavailable():
                self._client.update_item(
                    TableName=self._table,
                    Key={"id": {"S": user_id}},
                    UpdateExpression=(
                        "SET welcomed = :now REMOVE welcome, welcome_due, welcome_attempts"
                    ),
                    ConditionExpression="attribute_exists(id) AND attribute_not_exists(welcomed)",
                    ExpressionAttributeValues={":now": {"S": clock.timestamp(self._now())}},
                )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _batch(self, keys: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Return the items that exist, by their ids."""
        found: dict[str, dict[str, Any]] = {}
        for attempt in range(TRANSACTION_ATTEMPTS):
            if not keys:
                return found
            with temporary_as_unavailable():
                if attempt:
                    self._sleep(conflict_pause(attempt))
                answer = self._client.batch_get_item(
                    RequestItems={self._table: {"Keys": keys, **_READ}}
                )
            found |= {item["id"]["S"]: item for item in answer["Responses"][self._table]}
            # What a throttled partition did not return.
            keys = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
        if keys:
            raise Unavailable(f"users are left out after {TRANSACTION_ATTEMPTS} attempts")
        return found

    def _writes(
        self,
        user: User,
        new: NewUser,
        idempotency_key: str | None,
        owner: str | None,
        now: float,
    ) -> list[dict[str, Any]]:
        absent = "attribute_not_exists(id)"
        writes = [
            _put(self._table, user_item(user, now, owner), absent),
            _put(self._table, guard_item(user, idempotency_key), absent),
        ]
        if idempotency_key is not None:
            # TTL deletes late, so an expired item counts as absent.
            writes.append(
                _put(
                    self._ledger_table,
                    key_item(idempotency_key, new, user, now),
                    f"{absent} OR expires < :now",
                    ExpressionAttributeValues={":now": {"N": str(int(now))}},
                )
            )
        # Without a condition: the id is new, and a transaction is executed once.
        writes.append(_put(self._ledger_table, created_entry(user.id, now)))
        return writes


def _visible(item: dict[str, Any], acting: str | None) -> User | None:
    """Return an item's user, unless they are being erased or the reader may not see them."""
    if "erasing" in item or not is_theirs(acting, stored_owner(item)):
        return None
    return User(*(item[name]["S"] for name in ("id", "name", "email", "created")))


def _put(
    table: str, item: dict[str, Any], condition: str | None = None, **more: Any
) -> dict[str, Any]:
    put = {"TableName": table, "Item": item, **more}
    if condition:
        put["ConditionExpression"] = condition
        put["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return {"Put": put}


def _replay(earlier: dict[str, Any], new: NewUser) -> Stored:
    """Return the first request's user, made of the request's body and the key's item."""
    if earlier["fingerprint"]["S"] != fingerprint(new):
        raise KeyReused
    user = User(earlier["user_id"]["S"], new.name, new.email, earlier["created"]["S"])
    return Stored(user, replayed=True)
