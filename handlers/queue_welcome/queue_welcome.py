"""Queueing welcome messages: from the records of the users table's stream.

An insertion alone does not make a user new: restores, imports and copies insert, too. A user is new
whose welcome is pending, and not yet due. ``create-user`` sets this mark, and ``send-email``
removes it. A restored user whose mark is overdue is left to ``cleanup-expired``.

Outcomes, one for each record: ``queued``, ``ignored`` (it inserts no new user), ``invalid`` (the
user lacks what a welcome needs), ``not_queued`` (the queue did not accept the message).
"""

import logging
from collections.abc import Sequence
from typing import Any

from handlers.domain.email_message import welcome_entry
from handlers.domain.user import is_user_id
from handlers.queue_welcome.queue import MAX_ENTRIES, EmailQueue
from handlers.runtime import trace
from handlers.runtime.log import outcome


class InvalidUser(Exception):
    """The inserted user lacks what a welcome needs."""


def queue_welcomes(records: Sequence[dict[str, Any]], queue: EmailQueue) -> str | None:
    """Queue a welcome for each new user that the records insert, in their order.

    Stop at the first record that fails: the stream delivers it and all later ones again.

    Args:
        records: DynamoDB stream records with new images.
        queue: receives the messages.

    Returns:
        The sequence number of the first record that failed, or None.
    """
    welcomes: list[tuple[dict[str, Any], str, dict[str, Any]]] = []
    invalid = None
    for record in records:
        with trace.of(record):
            try:
                user = _new_user(record)
            except InvalidUser as error:
                invalid = record, str(error)
                break
            if user is None:
                outcome("ignored", sequence=_sequence(record))
            else:
                welcomes.append((record, user["user_id"], welcome_entry(**user)))
    for start in range(0, len(welcomes), MAX_ENTRIES):
        batch = welcomes[start : start + MAX_ENTRIES]
        refused = queue.send([message for _, _, message in batch])
        for position, (record, user_id, _) in enumerate(batch):
            with trace.of(record):
                _report(_sequence(record), user_id, refused.get(position))
        if refused:
            return _sequence(batch[min(refused)][0])
    if invalid is None:
        return None
    record, reason = invalid
    with trace.of(record):
        outcome("invalid", level=logging.ERROR, sequence=_sequence(record), reason=reason)
    return _sequence(record)


def _sequence(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _report(sequence: str, user_id: str, code: str | None) -> None:
    if code is None:
        outcome("queued", sequence=sequence, user_id=user_id)
    else:
        outcome("not_queued", level=logging.WARNING, sequence=sequence, user_id=user_id, code=code)


def _new_user(record: dict[str, Any]) -> dict[str, str] | None:
    """Return what a welcome needs, or None if the record does not insert a new user.

    Raises:
        InvalidUser: the user has no name, no address, or an id that ``new_user_id`` cannot make.
    """
    if record.get("eventName") != "INSERT":
        return None
    image = record["dynamodb"].get("NewImage", {})
    user_id = _value(image, "id")
    if not user_id.startswith("user_") or not _welcome_is_to_come(image, record["dynamodb"]):
        return None
    name, email = _value(image, "name"), _value(image, "email")
    if not is_user_id(user_id):
        raise InvalidUser("the id is none that create-user makes")
    if not name or not email:
        raise InvalidUser("the user has no email" if name else "the user has no name")
    return {"user_id": user_id, "name": name, "email": email}


def _welcome_is_to_come(image: dict[str, Any], change: dict[str, Any]) -> bool:
    inserted = change.get("ApproximateCreationDateTime", 0)
    return (
        _value(image, "welcome") == "pending"
        and "welcomed" not in image
        and int(_value(image, "welcome_due", "N") or 0) > inserted
    )


def _value(image: dict[str, Any], attribute: str, type_: str = "S") -> str:
    value = image.get(attribute, {}).get(type_, "")
    return value if isinstance(value, str) else ""
