"""Tickets, connections and subscriptions, in their table: hash key ``topic``, range key ``id``.

    ticket#<hash>             -              who may connect with it, once
    caller#<caller>           <connection>   counts the connections of a caller
    connection#<connection>   -              who connected
    connection#<connection>   <upload>       counts the subscriptions of a connection
    upload#<user>#<upload>    <connection>   who is told what becomes of an upload

All items expire. The items that are left of a closed connection expire too, or are deleted earlier
if sending to it fails. TTL deletes late, so an expired item counts as absent.

If DynamoDB throttles, fails or does not answer, calls raise ``faults.Unavailable`` after all
retries.
"""

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers.domain.access import identity_of, owner_of
from handlers.domain.live import CONNECTION_SECONDS, TICKET_SECONDS
from handlers.runtime.caller import Caller
from handlers.runtime.faults import temporary_as_unavailable

_ONLY = "-"


@dataclass(frozen=True)
class Holder:
    """Who holds a ticket or a connection.

    Attributes:
        caller: a hash of who it is.
        owner: of the users that they may see; None if they may see all users.
        expires: when the ticket or the connection ends, in epoch seconds.
    """

    caller: str
    owner: str | None
    expires: int


class LiveStore:
    """The table of tickets, connections and subscriptions.

    Args:
        client: botocore's DynamoDB client.
        table: the table's name.
        now: returns the time in epoch seconds.
    """

    def __init__(self, client: Any, table: str, *, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now

    def issue(self, caller: Caller | None) -> tuple[str, int]:
        """Return a new ticket, and when it expires (``dynamodb:PutItem``).

        The table has only the ticket's hash: who reads the table cannot connect.
        """
        ticket = secrets.token_urlsafe(32)
        expires = int(self._now()) + TICKET_SECONDS
        self._put(_ticket(ticket), _ONLY, Holder(identity_of(caller), owner_of(caller), expires))
        return ticket, expires

    def redeem(self, ticket: str) -> Holder | None:
        """Return who holds a ticket, and delete it; None if it is unknown, used or expired.

        (``dynamodb:DeleteItem``.)
        """
        return self._holder(self._delete(_ticket(ticket), _ONLY))

    def connect(self, connection: str, holder: Holder, *, limit: int) -> bool:
        """Store a connection, unless its caller has ``limit`` others (``PutItem``, ``Query``).

        The connection is counted after it is stored, so that connections at the same time cannot
        exceed the limit. Both may be refused then.
        """
        kept = Holder(holder.caller, holder.owner, int(self._now()) + CONNECTION_SECONDS)
        topic = f"caller#{holder.caller}"
        self._put(topic, connection, kept)
        if len(self._ids(topic)) > limit:
            self._delete(topic, connection)
            return False
        self._put(_connection(connection), _ONLY, kept)
        return True

    def disconnect(self, connection: str) -> None:
        """Forget a connection (``dynamodb:DeleteItem``)."""
        holder = self._holder(self._delete(_connection(connection), _ONLY))
        if holder:
            self._delete(f"caller#{holder.caller}", connection)

    def holder(self, connection: str) -> Holder | None:
        """Return who connected; None if the connection is unknown (``dynamodb:GetItem``)."""
        with temporary_as_unavailable():
            found = self._client.get_item(
                TableName=self._table, Key=_key(_connection(connection), _ONLY), ConsistentRead=True
            )
        return self._holder(found.get("Item"))

    def subscribe(
        self, connection: str, holder: Holder, user_id: str, upload_id: str, *, limit: int
    ) -> bool:
        """Store a subscription, unless the connection has ``limit`` others.

        (``dynamodb:PutItem`` and ``dynamodb:Query``, as ``connect``.)
        """
        topic = _connection(connection)
        self._put(topic, upload_id, holder)
        if len(self._ids(topic)) - 1 > limit:  # one is the connection itself
            self._delete(topic, upload_id)
            return False
        self._put(_upload(user_id, upload_id), connection, holder)
        return True

    def unsubscribe(self, connection: str, user_id: str, upload_id: str) -> None:
        """Forget a subscription, if there is one (``dynamodb:DeleteItem``)."""
        self._delete(_connection(connection), upload_id)
        self._delete(_upload(user_id, upload_id), connection)

    def subscribers(self, user_id: str, upload_id: str) -> list[str]:
        """Return the connections that are told what becomes of an upload (``dynamodb:Query``)."""
        return self._ids(_upload(user_id, upload_id))

    def _put(self, topic: str, id_: str, holder: Holder) -> None:
        item = {
            **_key(topic, id_),
            "caller": {"S": holder.caller},
            "expires": {"N": str(holder.expires)},
        }
        if holder.owner is not None:
            item["own"] = {"S": holder.owner}
        with temporary_as_unavailable():
            self._client.put_item(TableName=self._table, Item=item)

    def _delete(self, topic: str, id_: str) -> dict[str, Any] | None:
        """Delete an item, and return it."""
        with temporary_as_unavailable():
            answer: dict[str, Any] = self._client.delete_item(
                TableName=self._table, Key=_key(topic, id_), ReturnValues="ALL_OLD"
            )
        return answer.get("Attributes")

    def _ids(self, topic: str) -> list[str]:
        """Return the range keys of a topic's items; there are at most a few thousand."""
        found: list[str] = []
        more: dict[str, Any] = {}
        while True:
            with temporary_as_unavailable():
                page = self._client.query(
                    TableName=self._table,
                    KeyConditionExpression="topic = :topic",
                    FilterExpression="expires > :now",
                    ExpressionAttributeValues={
                        ":topic": {"S": topic},
                        ":now": {"N": str(int(self._now()))},
                    },
                    ConsistentRead=True,
                    **more,
                )
            found += [item["id"]["S"] for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _holder(self, item: dict[str, Any] | None) -> Holder | None:
        if item is None or int(item["expires"]["N"]) <= self._now():
            return None
        owner = item.get("own", {}).get("S")
        return Holder(item["caller"]["S"], owner, int(item["expires"]["N"]))


def _key(topic: str, id_: str) -> dict[str, Any]:
    return {"topic": {"S": topic}, "id": {"S": id_}}


def _ticket(ticket: str) -> str:
    return f"ticket#{hashlib.sha256(ticket.encode()).hexdigest()}"


def _connection(connection: str) -> str:
    return f"connection#{connection}"


def _upload(user_id: str, upload_id: str) -> str:
    return f"upload#{user_id}#{upload_id}"
