"""The ledger, which makes each piece of work happen once.

An entry represents one piece of work (an e-mail, an upload). A worker claims the entry for a lease,
does the work, and completes the entry. Others who try to claim it learn that the work is done, or
in progress. Figures count the completed entries of a day. Entries expire.

    Refused
    ├── AlreadyDone   the work was completed before: nothing to do
    ├── Superseded    newer work on the same entry was claimed before: nothing to do
    └── Busy          another worker holds the lease: try again later
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers.runtime import clock

KEEP_DAYS = 90
"""Days that an entry is kept. Older days cannot be reported, older duplicates not recognised."""

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
        entry_id: identifies the work.
        owner: identifies the worker.
        sequence: see ``Ledger.claim``.
        begun: number of owners who claimed the entry and neither finished nor released it,
            including this one. The others may have done the work.
    """

    entry_id: str
    owner: str
    sequence: str
    begun: int = 1


def expiry(now: float, seconds: float) -> dict[str, Any]:
    """Return the two attributes that every item of the ledger's table has, in DynamoDB's format.

    ``expires`` (epoch seconds) is the table's TTL attribute; ``expires_day`` is the hash key of the
    index ``by-expiry``.
    """
    expires = int(now + seconds)
    return {"expires": {"N": str(expires)}, "expires_day": {"S": clock.day(expires)}}


def counted_entry(entry_id: str, *, kind: str, outcome: str, now: float) -> dict[str, Any]:
    """Return an entry that is done and counts on the day of ``now``, in DynamoDB's format."""
    return {
        "id": {"S": entry_id},
        "state": {"S": "done"},
        "kind": {"S": kind},
        "outcome": {"S": outcome},
        "day": {"S": clock.day(now)},
        **expiry(now, KEEP_DAYS * _DAY),
    }


class Ledger:
    """Entries in the ledger's table.

    Attributes of an entry: ``id``, ``state`` (``claimed`` or ``done``), ``owner``, ``sequence``,
    ``lease`` (epoch seconds), ``begun``, ``kind``, ``outcome``, ``day``, ``expires``,
    ``expires_day``. ``begun`` is a set of owners instead of a number, because botocore repeats a
    call whose answer was lost: adding or removing an owner twice has the effect of once.
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
            entry_id: identifies the work, such as ``email#…``.
            owner: identifies the worker. The same owner may claim again, as Lambda's retries do.
            lease_seconds: time after which another owner may take over.
            sequence: orders pieces of work on one entry; lower ones than the last are refused.

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
        """Mark the work as done and count it today (``dynamodb:UpdateItem``).

        Do nothing if the lease has ended and another owner has taken over.
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
        """Mark the work as done without counting it (``dynamodb:UpdateItem``).

        ``record`` counts it under another id.
        """
        self._finish(claim, "SET #state = :done REMOVE lease, begun", {}, {})

    def release(self, claim: Claim) -> None:
        """Release a claim, so that a retry need not wait for the lease (``dynamodb:UpdateItem``).

        The entry stays claimed, with a lease that has ended, and without this owner in ``begun``.
        """
        self._finish(
            claim,
            "SET lease = :ended DELETE begun :begun",
            {":ended": {"N": "0"}, ":begun": {"SS": [claim.owner]}},
            {},
            done=False,
        )

    def record(self, entry_id: str, *, kind: str, outcome: str) -> None:
        """Count an event today, unless it was counted before (``dynamodb:PutItem``)."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=counted_entry(entry_id, kind=kind, outcome=outcome, now=self._now()),
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
