"""When a message that failed is to come again.

A message is received a few times (the queue's ``maxReceiveCount``, five or more) before SQS moves
it to the dead-letter queue. So what can never be sent comes again at once, and gets there soon;
what can be sent later waits longer each time, so that a flood or an outage does not use the
receives up: five of them last three quarters of an hour if SES throttles, 14 to 18 hours if the
account is paused. No wait is so long that the five outlast a day: by then the hourly sweep queues a
welcome anew (see ``handlers.cleanup_expired.welcomes``).
"""

import logging
import random
from collections.abc import Callable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from handlers.domain.email_message import InvalidMessage
from handlers.domain.ledger import Refused
from handlers.runtime.deadline import OutOfTime
from handlers.runtime.log import failure
from handlers.send_email.deliver import LEASE_SECONDS, Uncertain
from handlers.send_email.mailer import Paused, Rejected, Throttled, Unreachable

_GROWTH = 4
_LONGEST_SECONDS = 9 * 3600  # with its random part, less than the 12 hours that SQS allows
_MAX_ENTRIES = 10


_REACTIONS: tuple[tuple[type[Exception], str, int, int], ...] = (
    # error, outcome, level, seconds before the second receipt
    (InvalidMessage, "invalid", logging.ERROR, 0),
    (Rejected, "rejected", logging.ERROR, 0),
    (Throttled, "throttled", logging.WARNING, 30),
    (OutOfTime, "deferred", logging.WARNING, 30),
    (Refused, "busy", logging.INFO, LEASE_SECONDS),
    (Paused, "paused", logging.ERROR, 900),
    (Uncertain, "uncertain", logging.ERROR, 0),
    (Unreachable, "unreachable", logging.ERROR, 300),
    # Perhaps sent. The second try is the last one, so it is made when a short outage is over; and
    # when the lease has ended.
    (Exception, "failed", logging.ERROR, 300),
)


def react(error: Exception, *, receives: int) -> tuple[str, int, int]:
    """Return the outcome that an error is logged as, its level, and the seconds to wait.

    Args:
        error: what the delivery raised.
        receives: how often the message was received, this time included.
    """
    outcome, level, first = next(
        reaction[1:] for reaction in _REACTIONS if isinstance(error, reaction[0])
    )
    # The exponent is bounded for the sake of counts that make no sense.
    wait = min(first * _GROWTH ** min(max(receives, 1) - 1, 10), _LONGEST_SECONDS)
    return outcome, level, int(wait * random.uniform(1, 1.25)) if wait else 0  # noqa: S311


class Visibility:
    """Changes when messages of the queue come again.

    Args:
        client: gives botocore's SQS client; asked only when there is something to change.
        url: of the queue.
    """

    def __init__(self, client: Callable[[], Any], url: str) -> None:
        self._client = client
        self._url = url

    def change(self, seconds: dict[str, int]) -> None:
        """Let messages come again after so many seconds (``sqs:ChangeMessageVisibility``).

        Where that fails, they come after the queue's own visibility timeout: logged, no more.

        Args:
            seconds: by receipt handle.
        """
        for chunk in _chunks(list(seconds.items())):
            try:
                self._client().change_message_visibility_batch(
                    QueueUrl=self._url,
                    Entries=[
                        {
                            "Id": str(position),
                            "ReceiptHandle": receipt_handle,
                            "VisibilityTimeout": wait,
                        }
                        for position, (receipt_handle, wait) in enumerate(chunk)
                    ],
                )
            except (ClientError, BotoCoreError) as error:
                failure("visibility_unchanged", error, level=logging.WARNING)


def _chunks(entries: list[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    for start in range(0, len(entries), _MAX_ENTRIES):
        yield entries[start : start + _MAX_ENTRIES]
