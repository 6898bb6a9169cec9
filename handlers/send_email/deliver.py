"""Delivery of one queue message as one e-mail, once.

The ledger's entry makes it once. The order is: claim, send, complete, mark the user. After a crash
between completing and marking, the message arrives again, finds the entry done, and marks the user.

After a crash between sending and completing, or a lost answer of the provider, nobody knows
whether the e-mail went out. When the lease ends, it is sent once more. If that ends in the same
way, it is not sent a third time: the message goes to the dead-letter queue as ``uncertain``. A
message redriven from there has a new id, so it is sent. A welcome is identified by its user
instead: to send it anyway, delete the ledger's entry ``email#<user id>`` first.
"""

import re
from collections.abc import Callable
from typing import Any

from handlers.domain.email_message import EmailMessage, InvalidMessage, parse
from handlers.domain.ledger import AlreadyDone, Claim, Ledger
from handlers.domain.ulid import PATTERN
from handlers.domain.user import is_user_id
from handlers.domain.user_store import UserStore
from handlers.runtime import deadline
from handlers.runtime.faults import Unavailable, temporary_as_unavailable
from handlers.send_email.mailer import Mailer, NotSent
from handlers.send_email.render import render

MOST_SENDS = 2
"""How often an e-mail may be sent if it is uncertain whether it was sent: at most one duplicate."""

_ID = re.compile(f"[a-z]{{1,20}}_{PATTERN}")

_PAUSES_SECONDS = (1, 2)
"""Pauses before completing is tried again, after the client's own retries."""

LEASE_SECONDS = 60
"""Longer than any delivery: four calls of the provider, of 12 s at most, and their pauses."""


class Uncertain(Exception):
    """The e-mail may have been sent as often as is allowed; only a person can tell."""


class Delivery:
    """Delivers messages."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        users: UserStore,
        mailer: Mailer,
        sleep: Callable[[float], None] = deadline.sleep,
    ) -> None:
        self._ledger = ledger
        self._users = users
        self._mailer = mailer
        self._sleep = sleep

    def deliver(self, record: dict[str, Any], *, owner: str) -> str:
        """Send the e-mail that a message asks for, unless it was sent before.

        Args:
            record: a record of SQS's event.
            owner: identifies this receipt of the message. If a message is received twice at the
                same time, only one of the two may send.

        Returns:
            The outcome: ``sent`` or ``duplicate``.

        Raises:
            InvalidMessage: the message can never be sent.
            Uncertain: sending was begun ``MOST_SENDS`` times, and may have succeeded each time.
            ledger.Refused: another worker is sending it.
            mailer.NotSent: the provider did not accept it.
            deadline.OutOfTime: it was not sent, because too little time was left.
        """
        message = parse(record["body"])
        user_id = _welcomed_user(record, message)
        try:
            claim = self._ledger.claim(
                f"email#{user_id or _once(record, message) or record['messageId']}",
                owner=owner,
                lease_seconds=LEASE_SECONDS,
            )
        except AlreadyDone:
            outcome = "duplicate"
        else:
            self._send(message, claim)
            outcome = "sent"
        if user_id is not None:
            self._users.mark_welcomed(user_id)
        return outcome

    def _send(self, message: EmailMessage, claim: Claim) -> None:
        if claim.begun > MOST_SENDS:
            self._ledger.release(claim)
            raise Uncertain(f"begun {MOST_SENDS} times, and perhaps sent each time")
        try:
            self._mailer.send(message.to, render(message))
        except (NotSent, deadline.OutOfTime):
            self._ledger.release(claim)  # certainly not sent: a retry need not wait for the lease
            raise
        self._complete(message, claim)

    def _complete(self, message: EmailMessage, claim: Claim) -> None:
        """Complete a claim, with retries: the e-mail was sent, and a failure would resend it."""
        # Here ``OutOfTime`` becomes ``Unavailable`` too: it no longer means that nothing was sent.
        with temporary_as_unavailable():
            for pause in _PAUSES_SECONDS:
                try:
                    with temporary_as_unavailable():
                        return self._ledger.complete(claim, kind="email", outcome=message.type)
                except Unavailable:
                    self._sleep(pause)
            return self._ledger.complete(claim, kind="email", outcome=message.type)


def _once(record: dict[str, Any], message: EmailMessage) -> str | None:
    """Return the id for which one notification is sent, or None if it has none."""
    attribute = record.get("messageAttributes", {}).get("once")
    if message.type != "notification" or attribute is None:
        return None
    id_ = attribute.get("stringValue")
    # No user's: who may write to the queue must not keep a welcome from being sent.
    if not isinstance(id_, str) or not _ID.fullmatch(id_) or is_user_id(id_):
        raise InvalidMessage("the attribute once is not an id of an e-mail that is sent once")
    return id_


def _welcomed_user(record: dict[str, Any], message: EmailMessage) -> str | None:
    """Return the id of the user whom a message welcomes, or None if it names no user."""
    attribute = record.get("messageAttributes", {}).get("user_id")
    if message.type != "welcome" or attribute is None:
        return None
    user_id = attribute.get("stringValue")
    if not isinstance(user_id, str) or not is_user_id(user_id):
        raise InvalidMessage("the attribute user_id is not a user's id")
    return user_id
