"""Erasures in their table, one item for each.

The item is written together with a mark on the user. From then on, the user counts as absent. The
item holds how far the erasure is and, between the user's deletion and the confirmation, the e-mail
address. When the erasure is done, the item has nothing of the user but the id. It expires
``KEEP_SECONDS`` later.

If DynamoDB throttles, fails or does not answer, calls raise ``faults.Unavailable`` after all
retries.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET

from handlers.domain.access import may_see, stored_owner
from handlers.domain.erasure import (
    KEEP_SECONDS,
    Erasure,
    State,
    erasure_id,
    is_erasure_id,
    user_of,
)
from handlers.domain.user import is_user_id
from handlers.runtime import clock
from handlers.runtime.caller import Caller
from handlers.runtime.faults import Unavailable, temporary_as_unavailable

_ATTEMPTS = 3


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A stored erasure.

    Attributes:
        id: the erasure's.
        requested: when it was requested first, in epoch seconds.
        attempt: how often it was started, beginning with 1.
        objects: versions of files that were deleted.
        until: when the user's last form can no longer bring a file, as a timestamp; or empty.
        confirm_to: the address that waits for the confirmation, or None.
        done: when it was done, in epoch seconds, or None.
    """

    id: str
    requested: int
    attempt: int
    objects: int = 0
    until: str = ""
    confirm_to: str | None = None
    done: int | None = None

    @property
    def user(self) -> str:
        """The user's id."""
        return user_of(self.id)

    @property
    def execution(self) -> str:
        """The name of the state machine's execution for the present attempt."""
        return f"{self.id}-{self.attempt}"

    def shown(self, state: State) -> Erasure:
        """Return the erasure as callers see it."""
        return Erasure(
            id=self.id,
            user=self.user,
            state=state,
            objects=self.objects,
            requested=clock.timestamp(self.requested),
            done=UNSET if self.done is None else clock.timestamp(self.done),
        )


class ErasureStore:
    """The table of erasures.

    Args:
        client: botocore's DynamoDB client.
        table: the table's name.
        users_table: name of the users' table, for ``begin``.
        now: returns the time in epoch seconds.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        users_table: str = "",
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._table = table
        self._users_table = users_table
        self._now = now

    def begin(self, user_id: str, caller: Caller | None) -> Stored | None:
        """Store the erasure of a user, and mark the user; return it, or the existing one.

        From now on the user counts as absent, and no sweep welcomes them. (``dynamodb:GetItem`` on
        both tables, ``PutItem`` on this one, ``UpdateItem`` on the users'.)

        Returns:
            None if there is neither user nor erasure, or none that the caller may see.
        """
        if not is_user_id(user_id):
            return None
        for _ in range(_ATTEMPTS):
            if item := self._item(erasure_id(user_id)):
                return _visible(item, caller)
            user = self._get(self._users_table, user_id, "id, #owner", {"#owner": "owner"})
            if user is None or not may_see(caller, stored_owner(user)):
                return None
            item = _new(user, int(self._now()))
            try:
                with temporary_as_unavailable():
                    self._client.transact_write_items(TransactItems=self._writes(user_id, item))
            except self._client.exceptions.TransactionCanceledException:
                continue  # another request was faster, or the user was deleted
            return _stored(item)
        raise Unavailable(f"still in conflict with other transactions after {_ATTEMPTS} attempts")

    def get(self, id_: str, reader: Caller | None) -> Stored | None:
        """Return an erasure that the reader may see, or None (``dynamodb:GetItem``)."""
        item = self._item(id_) if is_erasure_id(id_) else None
        return None if item is None else _visible(item, reader)

    def read(self, id_: str) -> Stored:
        """Return an erasure, to work on it (``dynamodb:GetItem``).

        Raises:
            LookupError: there is none.
        """
        item = self._item(id_) if is_erasure_id(id_) else None
        if item is None:
            raise LookupError("no erasure has this id")
        return _stored(item)

    def again(self, erasure: Stored) -> Stored:
        """Count another attempt, once for all who ask for it now (``dynamodb:UpdateItem``)."""
        with suppress(self._client.exceptions.ConditionalCheckFailedException):  # somebody else did
            self._update(
                erasure.id,
                "SET attempt = :next",
                {":next": {"N": str(erasure.attempt + 1)}, ":this": {"N": str(erasure.attempt)}},
                condition="attempt = :this",
            )
        return self.read(erasure.id)

    def deleted(self, id_: str, objects: int) -> None:
        """Count deleted versions of files (``dynamodb:UpdateItem``)."""
        self._update(id_, "ADD objects :count", {":count": {"N": str(objects)}})

    def wait(self, id_: str, until: str) -> None:
        """Keep the time from which on no form brings a file (``dynamodb:UpdateItem``)."""
        self._update(id_, "SET until_time = :until", {":until": {"S": until}})

    def confirmed(self, id_: str) -> None:
        """Forget the address (``dynamodb:UpdateItem``)."""
        self._update(id_, "REMOVE confirm_to", {})

    def finish(self, id_: str) -> None:
        """Record that it was done; the first time counts (``dynamodb:UpdateItem``)."""
        now = int(self._now())
        values = {":now": {"N": str(now)}, ":expires": {"N": str(now + KEEP_SECONDS)}}
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._update(
                id_,
                "SET done = :now, expires = :expires REMOVE confirm_to",
                values,
                condition="attribute_not_exists(done)",
            )

    def _writes(self, user_id: str, item: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the writes of a new erasure; without ``welcome``, no sweep finds the user."""
        mark = {
            "TableName": self._users_table,
            "Key": {"id": {"S": user_id}},
            "UpdateExpression": (
                "SET erasing = :now REMOVE welcome, welcome_due, welcome_attempts"
            ),
            "ConditionExpression": "attribute_exists(id)",
            "ExpressionAttributeValues": {":now": {"S": clock.timestamp(self._now())}},
        }
        new = {
            "TableName": self._table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(id)",
        }
        return [{"Put": new}, {"Update": mark}]

    def _item(self, id_: str) -> dict[str, Any] | None:
        return self._get(self._table, id_)

    def _get(
        self, table: str, id_: str, fields: str | None = None, names: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        only = {"ProjectionExpression": fields, "ExpressionAttributeNames": names} if fields else {}
        with temporary_as_unavailable():
            item: dict[str, Any] | None = self._client.get_item(
                TableName=table, Key={"id": {"S": id_}}, ConsistentRead=True, **only
            ).get("Item")
        return item

    def _update(
        self,
        id_: str,
        update: str,
        values: dict[str, Any],
        *,
        condition: str = "attribute_exists(id)",
    ) -> None:
        more = {"ExpressionAttributeValues": values} if values else {}
        with temporary_as_unavailable():
            self._client.update_item(
                TableName=self._table,
                Key={"id": {"S": id_}},
                UpdateExpression=update,
                ConditionExpression=condition,
                **more,
            )


def _new(user: dict[str, Any], now: int) -> dict[str, Any]:
    item = {
        "id": {"S": erasure_id(user["id"]["S"])},
        "requested": {"N": str(now)},
        "attempt": {"N": "1"},
    }
    owner = stored_owner(user)
    return item if owner is None else {**item, "owner": {"S": owner}}


def _visible(item: dict[str, Any], reader: Caller | None) -> Stored | None:
    return _stored(item) if may_see(reader, stored_owner(item)) else None


def _stored(item: dict[str, Any]) -> Stored:
    return Stored(
        id=item["id"]["S"],
        requested=int(item["requested"]["N"]),
        attempt=int(item["attempt"]["N"]),
        objects=int(item.get("objects", {"N": "0"})["N"]),
        until=item.get("until_time", {"S": ""})["S"],
        confirm_to=item.get("confirm_to", {}).get("S"),
        done=int(item["done"]["N"]) if "done" in item else None,
    )
