"""Users without a welcome: queues their message again, at most five times.

The first time is an hour after the user's creation, in case the stream's message was lost. If it
was not, the ledger of ``send-email`` still makes one e-mail of both. More messages follow daily. A
day after the fifth, the user is given up.

A user who was restored from a backup may be pending again, and welcomed long ago. The ledger knows
for ``KEEP_DAYS``; a user whose last message is older than that is given up without another one.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from handlers.domain.email_message import welcome_entry
from handlers.domain.ledger import KEEP_DAYS
from handlers.domain.user_items import WELCOME_DUE_SECONDS
from handlers.runtime import clock
from handlers.runtime.log import outcome

ATTEMPTS = 5
"""Messages queued for one user before giving up, besides that of the table's stream."""

RETRY_SECONDS = 24 * 3600
"""Time between two messages. It is longer than the queue tries a message (18 hours while SES is
paused, see ``handlers.send_email.retry``), so that a pause of several days neither uses up the
attempts nor fills the queue with copies."""

_REQUEUE = "SET welcome_due = :next ADD welcome_attempts :one"
_ABANDON = "SET welcome_abandoned = :at REMOVE welcome, welcome_due, welcome_attempts"


@dataclass(frozen=True, kw_only=True)
class Welcomes:
    """The users table's pending welcomes and the e-mail queue.

    Calls ``dynamodb:Query`` on the index ``welcome-pending``, ``dynamodb:UpdateItem`` on the table
    and ``sqs:SendMessage``.
    """

    dynamodb: Any
    sqs: Any
    table: str
    queue_url: str

    def requeue(self, *, now: int, stop: Callable[[], bool]) -> Counter[str]:
        """Queue every due welcome, longest overdue first.

        As soon as the message is queued, the user leaves the due range of the index, so the next
        run begins with the first user that this one did not reach. A message that is queued twice
        (by a crash in between, or by two runs at once) sends one e-mail, because ``send-email``
        identifies it by the user's id.

        Outcomes, one for each user: ``welcome_requeued``, ``welcome_settled`` (welcomed, handled by
        another run, or deleted since the index was read), ``welcome_refused`` (no name or address,
        or characters that SQS refuses; counted as an attempt, so that the user blocks no others and
        is given up after the fifth), ``welcome_abandoned``. One ``stopped_early`` if time runs out.

        Args:
            now: epoch seconds.
            stop: called before each user; returns true when time has run out.

        Returns:
            The number of users by outcome.
        """
        counts: Counter[str] = Counter()
        for user in self._due(now):
            if stop():
                outcome("stopped_early", level=logging.WARNING, part="welcomes")
                break
            name = self._handle(user, now)
            refused = name in ("welcome_refused", "welcome_abandoned")
            outcome(
                name,
                level=logging.WARNING if refused else logging.INFO,
                user_id=user["id"]["S"],
            )
            counts[name] += 1
        return counts

    def _due(self, now: int) -> Iterator[dict[str, Any]]:
        # The index sorts by `welcome_due`. Users updated while pages are read do not appear again,
        # because they are then due after `now`.
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="welcome-pending",
            KeyConditionExpression="welcome = :pending AND welcome_due <= :now",
            ExpressionAttributeValues={":pending": {"S": "pending"}, ":now": {"N": str(now)}},
        )
        for page in pages:
            yield from page["Items"]

    def _handle(self, user: dict[str, Any], now: int) -> str:
        attempts = int(user.get("welcome_attempts", {"N": "0"})["N"])
        queued = int(user["welcome_due"]["N"]) - (
            RETRY_SECONDS if attempts else WELCOME_DUE_SECONDS
        )
        if attempts >= ATTEMPTS or now - queued > KEEP_DAYS * 24 * 3600:
            name = "welcome_abandoned"
            moved = self._update(user, _ABANDON, {":at": {"S": clock.timestamp(now)}})
        else:
            name = self._send(user)
            due = {":next": {"N": str(now + RETRY_SECONDS)}, ":one": {"N": "1"}}
            moved = self._update(user, _REQUEUE, due)
        return name if moved else "welcome_settled"

    def _send(self, user: dict[str, Any]) -> str:
        try:
            entry = welcome_entry(
                user_id=user["id"]["S"], name=user["name"]["S"], email=user["email"]["S"]
            )
            self.sqs.send_message(QueueUrl=self.queue_url, **entry)
        except (KeyError, self.sqs.exceptions.InvalidMessageContents):
            return "welcome_refused"
        return "welcome_requeued"

    def _update(self, user: dict[str, Any], update: str, values: dict[str, Any]) -> bool:
        """Update a user who is still as the index said; return whether that was so."""
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"id": user["id"]},
                UpdateExpression=update,
                # `welcome_due` too, so that only one of two simultaneous runs counts the attempt.
                ConditionExpression="welcome = :pending AND welcome_due = :due",
                ExpressionAttributeValues={
                    ":pending": {"S": "pending"},
                    ":due": user["welcome_due"],
                    **values,
                },
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True
