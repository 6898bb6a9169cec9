"""Users who were never welcomed: their message is queued again, at most five times.

A user is first due an hour after their creation, so that on the first day there may be two messages
for one welcome (the stream's, which perhaps never came, and one from here); the ledger of
``send-email`` makes one e-mail of them. Further ones follow day by day, and a day after the fifth,
five days in all, the user is given up.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from handlers.domain.email_message import welcome_entry
from handlers.runtime import clock
from handlers.runtime.log import outcome

ATTEMPTS = 5
"""Messages queued for one user, besides the one from the table's stream, before giving up."""

RETRY_SECONDS = 24 * 3600
"""How long a message has to arrive before the next one is queued: longer than the queue tries it,
18 hours while SES is paused (``handlers.send_email.retry``), so that a pause of some days uses up
neither the attempts nor, in copies, the queue."""

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
        """Queue the welcome of every user for whom it is due, longest overdue first.

        A user is moved out of the index's due range as soon as the message is queued, so whatever
        ends a run, the next one begins with the first user that this one did not reach. A message
        queued twice (a crash before that move, two runs at once) sends one e-mail: ``send-email``
        tells it by the user's id.

        Outcomes, one for each user: ``welcome_requeued``, ``welcome_settled`` (welcomed, moved by
        another run, or gone since the index was read), ``welcome_refused`` (no name or address, or
        characters that SQS does not take; counted as an attempt, so that the user blocks nobody,
        and is given up after the fifth like any other), ``welcome_abandoned``. One
        ``stopped_early`` if time runs out.

        Args:
            now: epoch seconds.
            stop: asked before each user; true when time has run out.

        Returns:
            How many users had each outcome.
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
        # The index sorts by `welcome_due`. Users moved while pages are read do not come up again:
        # they are then due after `now`.
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            IndexName="welcome-pending",
            KeyConditionExpression="welcome = :pending AND welcome_due <= :now",
            ExpressionAttributeValues={":pending": {"S": "pending"}, ":now": {"N": str(now)}},
        )
        for page in pages:
            yield from page["Items"]

    def _handle(self, user: dict[str, Any], now: int) -> str:
        if int(user.get("welcome_attempts", {"N": "0"})["N"]) >= ATTEMPTS:
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
        """Update a user who still is as the index said; say whether that was so."""
        try:
            self.dynamodb.update_item(
                TableName=self.table,
                Key={"id": user["id"]},
                UpdateExpression=update,
                # By `welcome_due` too: of two runs at once, one counts the attempt.
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
