"""Uploads by callers, in their table: hash key ``user``, range key ``id``.

``request-upload`` writes an item; ``process-upload`` records in it what became of the file. An item
whose file never came is deleted a week later (``expires``). Items of Idempotency-Keys are in the
same table, under a ``user`` that is not a user's id.

If DynamoDB throttles, fails or does not answer, calls raise ``faults.Unavailable`` after all
retries.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from handlers.domain.ulid import new_ulid
from handlers.domain.upload import FORM_SECONDS, NewUpload, State, Upload
from handlers.domain.upload_key import is_upload_id, upload_key
from handlers.domain.user_items import IDEMPOTENCY_SECONDS, key_id
from handlers.runtime import clock
from handlers.runtime.faults import temporary_as_unavailable

KEEP_SECONDS = 7 * 86_400
"""How long an upload is kept whose file never comes."""


class KeyReused(Exception):
    """The Idempotency-Key was used before, with another body or for another user."""


@dataclass(frozen=True)
class Stored:
    """A stored upload.

    Attributes:
        upload: as callers see it.
        key: of the file, in the bucket.
        deadline: when its form expires, in epoch seconds.
        outputs: names of what was made of the file.
        replayed: whether an earlier request with the same Idempotency-Key stored it.
    """

    upload: Upload
    key: str
    deadline: int
    outputs: tuple[str, ...] = ()
    replayed: bool = False


class UploadStore:
    """The table of uploads.

    Args:
        client: botocore's DynamoDB client.
        table: the table's name.
        now: returns the time in epoch seconds.
    """

    def __init__(self, client: Any, table: str, *, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now

    def create(self, user_id: str, new: NewUpload, *, idempotency_key: str | None) -> Stored:
        """Store an upload that waits for its file (``dynamodb:PutItem``).

        With a key, the key is stored first. A request that fails in between is completed by its
        repetition, which finds the upload's id with the key.

        Args:
            user_id: whose upload it is.
            new: what the caller sent.
            idempotency_key: as ``caller.key_of`` returns it; or None.

        Raises:
            KeyReused: see there.
        """
        now = self._now()
        upload_id, created = f"upload_{new_ulid(now)}", int(now)
        replayed = False
        if idempotency_key is not None:
            earlier = self._put_key(idempotency_key, user_id, new, upload_id, created)
            if earlier["fingerprint"]["S"] != _fingerprint(user_id, new):
                raise KeyReused
            replayed = earlier["upload_id"]["S"] != upload_id
            upload_id, created = earlier["upload_id"]["S"], int(earlier["created"]["N"])
        item = _item(user_id, upload_id, new, created)
        self._put(item, "attribute_not_exists(id)")
        return _stored(item, created, replayed=replayed)

    def get(self, user_id: str, upload_id: str) -> Stored | None:
        """Return a user's upload, or None (``dynamodb:GetItem``)."""
        if not is_upload_id(upload_id):
            return None
        with temporary_as_unavailable():
            item = self._client.get_item(
                TableName=self._table,
                Key={"user": {"S": user_id}, "id": {"S": upload_id}},
                ConsistentRead=True,
            ).get("Item")
        return None if item is None else _stored(item, self._now())

    def page(self, user_id: str, *, before: str | None, limit: int) -> tuple[list[Stored], bool]:
        """Return a user's uploads, the newest first, and whether there are more.

        (``dynamodb:Query`` on the table.)

        Args:
            user_id: whose uploads.
            before: return older ones than the upload with this id; None for the newest.
            limit: how many at most.
        """
        older = "" if before is None else " AND id < :before"
        values = {":user": {"S": user_id}}
        if before is not None:
            values[":before"] = {"S": before}
        with temporary_as_unavailable():
            items = self._client.query(
                TableName=self._table,
                KeyConditionExpression=f"#user = :user{older}",
                ExpressionAttributeNames={"#user": "user"},
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=limit + 1,
            )["Items"]
        now = self._now()
        return [_stored(item, now) for item in items[:limit]], len(items) > limit

    def _put_key(
        self, key: str, user_id: str, new: NewUpload, upload_id: str, created: int
    ) -> dict[str, Any]:
        """Store an Idempotency-Key; return its item, or the one that was stored before."""
        item_id = key_id(key)
        item = {
            "user": {"S": item_id},
            "id": {"S": item_id},
            "fingerprint": {"S": _fingerprint(user_id, new)},
            "upload_id": {"S": upload_id},
            "created": {"N": str(created)},
            "expires": {"N": str(created + IDEMPOTENCY_SECONDS)},
        }
        # TTL deletes late, so an expired item counts as absent.
        now = {":now": {"N": str(created)}}
        return self._put(item, "attribute_not_exists(id) OR expires < :now", now) or item

    def _put(
        self, item: dict[str, Any], condition: str, values: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """Store an item unless there is one; return the one there is, or None."""
        more = {"ExpressionAttributeValues": values} if values else {}
        try:
            with temporary_as_unavailable():
                self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=condition,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **more,
                )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            found: dict[str, Any] = error.response["Item"]
            return found
        return None


def _item(user_id: str, upload_id: str, new: NewUpload, created: int) -> dict[str, Any]:
    return {
        "user": {"S": user_id},
        "id": {"S": upload_id},
        "key": {"S": upload_key(user_id, upload_id, new.content_type)},
        "filename": {"S": new.filename},
        "content_type": {"S": new.content_type},
        "size": {"N": str(new.size)},
        "created": {"N": str(created)},
        "deadline": {"N": str(created + FORM_SECONDS)},
        "state": {"S": "waiting"},
        "expires": {"N": str(created + KEEP_SECONDS)},
    }


def _stored(item: dict[str, Any], now: float, *, replayed: bool = False) -> Stored:
    deadline = int(item["deadline"]["N"])
    return Stored(
        upload=Upload(
            id=item["id"]["S"],
            user=item["user"]["S"],
            filename=item["filename"]["S"],
            content_type=item["content_type"]["S"],
            size=int(item["size"]["N"]),
            created=clock.timestamp(int(item["created"]["N"])),
            expires=clock.timestamp(deadline),
            state=_state(item, now),
            version=_version(item, now),
            reason=item["reason"]["S"] if "reason" in item else UNSET,
        ),
        key=item["key"]["S"],
        deadline=deadline,
        outputs=tuple(name["S"] for name in item.get("outputs", {}).get("L", ())),
        replayed=replayed,
    )


def _state(item: dict[str, Any], now: float) -> State:
    """Return the present state, even if a form expired or a killed function recorded nothing."""
    state: State = item["state"]["S"]
    if state == "waiting" and now > int(item["deadline"]["N"]):
        return "expired"
    if state == "processing" and now > int(item["lease"]["N"]):
        return "failed"
    return state


def _version(item: dict[str, Any], now: float) -> int:
    """Return a number that grows with each write, and whenever time alone changes the state."""
    written = int(item.get("version", {"N": "0"})["N"])
    by_time: bool = _state(item, now) != item["state"]["S"]
    return 2 * written + by_time


def _fingerprint(user_id: str, new: NewUpload) -> str:
    """Return the SHA-256 of a request, which does not depend on how it was written."""
    return hashlib.sha256(user_id.encode() + msgspec.json.encode(new)).hexdigest()
