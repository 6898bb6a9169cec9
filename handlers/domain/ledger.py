"""The ledger: what was done, once, kept until it expires.

One entry stands for one piece of work (an e-mail, an upload). Before the work its worker claims the
entry for a lease; after it the entry is completed. Whoever comes later with the same work learns
that it is done, or being done. Daily reports count the completed entries of a day.

    Refused
    ├── AlreadyDone   the work was completed before: nothing to do
    ├── Superseded    newer work on the same entry was claimed before: nothing to do
    └── Busy          somebody holds the lease: try again later
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers.runtime import clock

KEEP_DAYS = 90
"""Days an entry is kept: how far back a daily report can be made up, and duplicates be told."""

_DAY = 86_400


class Refused(Exception):
    """The entry cannot be claimed."""


class AlreadyDone(Refused):
    """The work was completed before."""


class Superseded(Refused):
    """Newer work on the same entry was claimed before."""


class Busy(Refused):
    """Another worker holds the lease."""


@dataclass(frozen=True)
class Claim:
    """The right to do one piece of work until the lease ends.

    Attributes:
        entry_id: what the work is.
        owner: who works.
        sequence: see ``Ledger.claim``.
        begun: owners who claimed the entry and neither finished nor released it, this one
            included. The others perhaps did the work: where twice is too often, look here.
    """

    entry_id: str
    owner: str
    sequence: str
    begun: int = 1


def expiry(now: float, seconds: float) -> dict[str, Any]:
    """Return the two attributes that every entry of the ledger has, as DynamoDB writes them.

    ``expires`` (epoch seconds) is the table's TTL attribute; ``expires_day`` is the hash key of the
    index ``by-expiry``.
    """
    expires = int(now + seconds)
    return {"expires": {"N": str(expires)}, "expires_day": {"S": clock.day(expires)}}


class Ledger:
    """Entries in the ledger's table.

    Attributes of an entry: ``id``, ``state`` (``claimed`` or ``done``), ``owner``, ``sequence``,
    ``lease`` (epoch seconds), ``begun``, ``kind``, ``outcome``, ``day``, ``expires``,
    ``expires_day``. ``begun`` is a set of owners and no number, for botocore repeats a call whose
    answer was lost: an owner added or taken away twice counts once.
    """

    def __init__(self, client: Any, table: str, *, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now

    def claim(
        self, entry_id: str, *, owner: str, lease_seconds: float, sequence: str = ""
    ) -> Claim:
        """Claim an entry before working on it (``dynamodb:UpdateItem``).

        Args:
            entry_id: what the work is, such as ``email#…``.
            owner: who works; the same owner may claim again, as Lambda's retries do.
            lease_seconds: after this time another owner may take over.
            sequence: orders works on one entry; what sorts lower than the last one is refused.

        Raises:
            AlreadyDone, Superseded, Busy: see the module's docstring.
        """
        now = self._now()
        expires = expiry(now, KEEP_DAYS * _DAY)
        try:
            entry = self._client.update_item(
                TableName=self._table,
                Key={"id": {"S": entry_id}},
                UpdateExpression=(
                    "SET #state = :claimed, #owner = :owner, #sequence = :sequence, "
                    "lease = :lease, expires = :expires, expires_day = :expires_day "
                    "REMOVE #day ADD begun :begun"
                ),
                ConditionExpression=(
                    "attribute_not_exists(id) OR expires < :now "
                    "OR (#sequence < :sequence AND (#state = :done OR lease < :now)) "
                    "OR (#sequence = :sequence AND #state = :claimed "
                    "AND (lease < :now OR #owner = :owner))"
                ),
                ExpressionAttributeNames={
                    "#state": "state",
                    "#owner": "owner",
                    "#sequence": "sequence",
                    "#day": "day",
                },
                ExpressionAttributeValues={
                    ":claimed": {"S": "claimed"},
                    ":done": {"S": "done"},
                    ":owner": {"S": owner},
                    ":begun": {"SS": [owner]},
                    ":sequence": {"S": sequence},
                    ":lease": {"N": str(int(now + lease_seconds))},
                    ":now": {"N": str(int(now))},
                    ":expires": expires["expires"],
                    ":expires_day": expires["expires_day"],
                },
                ReturnValues="UPDATED_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )["Attributes"]
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise _refusal(error.response.get("Item", {}), sequence) from None
        return Claim(entry_id, owner, sequence, begun=len(entry["begun"]["SS"]))

    def complete(self, claim: Claim, *, kind: str, outcome: str) -> None:
        """Mark the work as done, to be counted today (``dynamodb:UpdateItem``).

        Does nothing if another owner has taken over since: the lease had ended.
        """
        self._finish(
            claim,
            "SET #state = :done, kind = :kind, outcome = :outcome, #day = :day REMOVE lease, begun",
            {
                ":kind": {"S": kind},
                ":outcome": {"S": outcome},
                ":day": {"S": clock.day(self._now())},
            },
            {"#day": "day"},
        )

    def settle(self, claim: Claim) -> None:
        """Mark the work as done without counting it: ``record`` counts it under another id.

        Needs ``dynamodb:UpdateItem``.
        """
        self._finish(claim, "SET #state = :done REMOVE lease, begun", {}, {})

    def release(self, claim: Claim) -> None:
        """Release a claim at once, so that a retry need not wait for the lease to end.

        Needs ``dynamodb:UpdateItem``. The entry stays claimed, by a lease that has ended; its owner
        counts no more among those who began.
        """
        self._finish(
            claim,
            "SET lease = :ended DELETE begun :begun",
            {":ended": {"N": "0"}, ":begun": {"SS": [claim.owner]}},
            {},
            done=False,
        )

    def record(self, entry_id: str, *, kind: str, outcome: str) -> None:
        """Count something today, unless it was counted before (``dynamodb:PutItem``)."""
        now = self._now()
        try:
            self._client.put_item(
                TableName=self._table,
                Item={
                    "id": {"S": entry_id},
                    "state": {"S": "done"},
                    "kind": {"S": kind},
                    "outcome": {"S": outcome},
                    "day": {"S": clock.day(now)},
                    **expiry(now, KEEP_DAYS * _DAY),
                },
                ConditionExpression="attribute_not_exists(id)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def _finish(
        self,
        claim: Claim,
        update: str,
        values: dict[str, Any],
        names: dict[str, str],
        *,
        done: bool = True,
    ) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"id": {"S": claim.entry_id}},
                UpdateExpression=update,
                ConditionExpression=(
                    "#state = :claimed AND #owner = :owner AND #sequence = :sequence"
                ),
                ExpressionAttributeNames={
                    "#state": "state",
                    "#owner": "owner",
                    "#sequence": "sequence",
                    **names,
                },
                ExpressionAttributeValues={
                    ":claimed": {"S": "claimed"},
                    ":owner": {"S": claim.owner},
                    ":sequence": {"S": claim.sequence},
                    **({":done": {"S": "done"}} if done else {}),
                    **values,
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return


def _refusal(entry: dict[str, Any], sequence: str) -> Refused:
    if entry.get("sequence", {}).get("S", "") > sequence:
        return Superseded("newer work on this entry was claimed before")
    if entry.get("state", {}).get("S") == "done":
        return AlreadyDone("this work was completed before")
    return Busy("another worker holds the lease on this entry; try again later")
