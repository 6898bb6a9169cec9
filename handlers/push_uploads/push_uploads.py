"""Telling clients what becomes of uploads: from the records of the uploads table's stream.

A record only says that an upload has changed. Clients are sent its present state, which is read in
the same way as the API reads it. So a record that is delivered again, or late, never sends an
outdated state, and of several changes at once only the last one is sent.

Outcomes, one for each upload: ``told``, ``nobody`` (subscribes to it), ``not_told`` (some client
was not reached; its next message or request gets the state).
"""

import logging
from collections.abc import Sequence
from typing import Any

from handlers.domain.live import Changed, Refusal, encode
from handlers.domain.live_store import LiveStore
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.push_uploads.clients import Clients
from handlers.runtime import trace
from handlers.runtime.faults import Unavailable
from handlers.runtime.log import failure, outcome


def push_uploads(
    records: Sequence[dict[str, Any]],
    *,
    users: UserStore,
    uploads: UploadStore,
    live: LiveStore,
    clients: Clients,
) -> str | None:
    """Send the state of each upload that the records change to its subscribers.

    Args:
        records: DynamoDB stream records of the uploads' table.
        users: finds who is being erased: their uploads count as deleted.
        uploads: finds the uploads.
        live: finds the subscribers.
        clients: sends to them.

    Returns:
        The sequence number of the first record that failed, or None. The stream delivers it and
        all later ones again.
    """
    changed: dict[tuple[str, str], dict[str, Any]] = {}
    for record in records:
        keys = record["dynamodb"]["Keys"]
        changed.setdefault((keys["user"]["S"], keys["id"]["S"]), record)
    for (user_id, upload_id), record in changed.items():
        with trace.of(record):
            try:
                _tell(user_id, upload_id, users, uploads, live, clients)
            except Unavailable as error:
                failure("busy", error, level=logging.WARNING, upload_id=upload_id)
                return str(record["dynamodb"]["SequenceNumber"])
    return None


def _tell(
    user_id: str,
    upload_id: str,
    users: UserStore,
    uploads: UploadStore,
    live: LiveStore,
    clients: Clients,
) -> None:
    subscribers = live.subscribers(user_id, upload_id)
    if not subscribers:
        outcome("nobody", upload_id=upload_id)
        return
    # Subscribers were allowed to see the user, so only the user's erasure is checked.
    stored = uploads.get(user_id, upload_id) if users.find(user_id, None) else None
    message = Changed(stored.upload) if stored else Refusal("Upload not found", upload_id)
    results = clients.send(subscribers, encode(message))
    for connection, result in results.items():
        if result == "gone" or stored is None:
            live.unsubscribe(connection, user_id, upload_id)
    missed = sum(result == "not_sent" for result in results.values())
    outcome(
        "not_told" if missed else "told",
        level=logging.WARNING if missed else logging.INFO,
        upload_id=upload_id,
        subscribers=len(results),
        missed=missed,
    )
