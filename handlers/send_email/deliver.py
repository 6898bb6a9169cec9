"""One message of the queue to one e-mail, once.

The ledger's entry is what makes it once. The order is: claim, send, complete, mark the user. After
a crash behind the completion the message comes again, finds the entry done, and marks the user.

After a crash behind the sending, or an answer of SES that was lost, nobody knows whether the e-mail
went out. The lease ends and it is sent once more. If that ends in the same way, it is never begun
a third time: the message goes to the dead-letter queue as ``uncertain``. Redriven from there it has
a new id, by which it is sent; a welcome goes by its user, so whoever wants it sent all the same
deletes the ledger's entry ``email#<the user's id>`` first.
"""

from collections.abc import Callable
from typing import Any, Protocol

from handlers.domain.email_message import EmailMessage, InvalidMessage, parse
from handlers.domain.ledger import AlreadyDone, Claim
from handlers.domain.user import is_user_id
from handlers.runtime import deadline
from handlers.runtime.faults import Unavailable, passing_as_unavailable
from handlers.send_email.mailer import NotSent
from handlers.send_email.render import Rendered, render

MOST_SENDS = 2
"""How often one e-mail may be sent where it is uncertain whether it was: one duplicate at most."""

_PAUSES_SECONDS = (1, 2)
"""Before completing is tried again: what the client's own retries did not outlast."""

LEASE_SECONDS = 60
"""Longer than one delivery can take: four calls of SES, of 10 s at most, and their pauses."""


class Uncertain(Exception):
    """The e-mail was perhaps sent as often as it may be; only a person can tell."""


class Entries(Protocol):
    """The ledger: see ``handlers.domain.ledger.Ledger``."""

    def claim(self, entry_id: str, *, owner: str, lease_seconds: float) -> Claim:
        """Claim an entry before working on it."""

    def complete(self, claim: Claim, *, kind: str, outcome: str) -> None:
        """Mark the work as done."""

    def release(self, claim: Claim) -> None:
        """Give a claim back at once."""


class Users(Protocol):
    """Where users are stored."""

    def mark_welcomed(self, user_id: str) -> None:
        """Note that a user was welcomed."""


class Sender(Protocol):
    """What sends e-mails: see ``Mailer``."""

    def send(self, to: str, content: Rendered) -> None:
        """Send one e-mail as text and HTML."""


class Delivery:
    """Delivers messages, with its collaborators."""

    def __init__(
        self,
        *,
        entries: Entries,
        users: Users,
        mailer: Sender,
        sleep: Callable[[float], None] = deadline.sleep,
    ) -> None:
        self._entries = entries
        self._users = users
        self._mailer = mailer
        self._sleep = sleep

    def deliver(self, record: dict[str, Any], *, owner: str) -> str:
        """Send the e-mail that a message asks for, unless it was sent before.

        Args:
            record: a record of SQS's event.
            owner: stands for this receipt of the message and no other one: two deliveries of the
                same message at the same time must not both send.

        Returns:
            The outcome: ``sent`` or ``duplicate``.

        Raises:
            InvalidMessage: it can never be sent.
            Uncertain: it was begun ``MOST_SENDS`` times, and perhaps sent each time.
            ledger.Refused: somebody else is sending it.
            mailer.NotSent: SES did not take it.
            deadline.OutOfTime: it was not sent; there was too little time left to try.
        """
        message = parse(record["body"])
        user_id = _welcomed_user(record, message)
        try:
            claim = self._entries.claim(
                f"email#{user_id or record['messageId']}",
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
            self._entries.release(claim)
            raise Uncertain(f"begun {MOST_SENDS} times, and perhaps sent each time")
        try:
            self._mailer.send(message.to, render(message))
        except (NotSent, deadline.OutOfTime):
            self._entries.release(claim)  # surely not sent: nobody need wait for the lease
            raise
        self._complete(message, claim)

    def _complete(self, message: EmailMessage, claim: Claim) -> None:
        """Complete a claim with some patience: the e-mail was sent, and failing sends it again."""
        with passing_as_unavailable():  # ``OutOfTime`` as well: here it does not mean untouched
            for pause in _PAUSES_SECONDS:
                try:
                    with passing_as_unavailable():
                        return self._entries.complete(claim, kind="email", outcome=message.type)
                except Unavailable:
                    self._sleep(pause)
            return self._entries.complete(claim, kind="email", outcome=message.type)


def _welcomed_user(record: dict[str, Any], message: EmailMessage) -> str | None:
    """Return the user whom a message welcomes; None for other messages, and welcomes of no user."""
    attribute = record.get("messageAttributes", {}).get("user_id")
    if message.type != "welcome" or attribute is None:
        return None
    user_id = attribute.get("stringValue")
    if not isinstance(user_id, str) or not is_user_id(user_id):
        raise InvalidMessage("the attribute user_id is no user's id")
    return user_id
