"""From records of the users' stream to welcome messages."""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from handlers.domain.email_message import welcome_entry
from handlers.domain.user import is_user_id
from handlers.queue_welcome.queue import MAX_ENTRIES
from handlers.runtime.log import outcome


class Queue(Protocol):
    """Where the messages go."""

    def send(self, messages: list[dict[str, Any]]) -> dict[int, str]:
        """Send up to ten; give those that were not taken: see ``EmailQueue.send``."""


class InvalidUser(Exception):
    """The record inserts a user without what a welcome needs."""


def queue_welcomes(records: Sequence[dict[str, Any]], queue: Queue) -> str | None:
    """Queue a welcome for each user that the records insert, in their order.

    Stops at the first record that fails: the stream gives that one and all behind it again.

    Args:
        records: DynamoDB stream records with new images.
        queue: takes the messages.

    Returns:
        The sequence number of the first record that failed, or None.
    """
    welcomes: list[tuple[str, str, dict[str, Any]]] = []
    poison = None
    for record in records:
        sequence = record["dynamodb"]["SequenceNumber"]
        try:
            user = _inserted_user(record)
        except InvalidUser:
            poison = sequence
            break
        if user is None:
            outcome("ignored", sequence=sequence)
        else:
            welcomes.append((sequence, user["user_id"], welcome_entry(**user)))
    for start in range(0, len(welcomes), MAX_ENTRIES):
        chunk = welcomes[start : start + MAX_ENTRIES]
        refused = queue.send([message for _, _, message in chunk])
        for position, (sequence, user_id, _) in enumerate(chunk):
            if position in refused:
                outcome(
                    "not_queued",
                    level=logging.WARNING,
                    sequence=sequence,
                    user_id=user_id,
                    code=refused[position],
                )
            else:
                outcome("queued", sequence=sequence, user_id=user_id)
        if refused:
            return chunk[min(refused)][0]
    if poison is not None:
        outcome("invalid", level=logging.ERROR, sequence=poison)
    return poison


def _inserted_user(record: dict[str, Any]) -> dict[str, str] | None:
    """Return what a welcome needs, or None if the record is not of a user's insertion.

    Raises:
        InvalidUser: the user has no name or no address, or no id as ``new_user_id`` makes it.
    """
    if record.get("eventName") != "INSERT":
        return None
    image = record["dynamodb"].get("NewImage", {})
    user_id = _string(image, "id")
    if not user_id.startswith("user_"):
        return None
    name, email = _string(image, "name"), _string(image, "email")
    if not is_user_id(user_id) or not name or not email:
        raise InvalidUser
    return {"user_id": user_id, "name": name, "email": email}


def _string(image: dict[str, Any], attribute: str) -> str:
    value = image.get(attribute, {}).get("S", "")
    return value if isinstance(value, str) else ""
