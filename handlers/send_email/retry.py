"""The delay after which SQS delivers a failed message again.

SQS delivers a message a few times (the queue's ``maxReceiveCount``, five or more) and then moves it
to the dead-letter queue. A message that can never be sent is delivered again at once, so that it
gets there soon. Others wait longer each time, so that a flood or an outage does not use up the
deliveries: five of them last 45 minutes if the provider throttles, and 14 to 18 hours if the
account is paused. Five deliveries never take longer than a day, because then the hourly sweep
queues a welcome again (see ``handlers.cleanup_expired.welcomes``).
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
    # error, outcome, level, seconds before the second delivery
    (InvalidMessage, "invalid", logging.ERROR, 0),
    (Rejected, "rejected", logging.ERROR, 0),
    (Throttled, "throttled", logging.WARNING, 30),
    (OutOfTime, "deferred", logging.WARNING, 30),
    (Refused, "busy", logging.INFO, LEASE_SECONDS),
    (Paused, "paused", logging.ERROR, 900),
    (Uncertain, "uncertain", logging.ERROR, 0),
    (Unreachable, "unreachable", logging.ERROR, 300),
    # Perhaps sent. The second attempt is the last, so it comes when a short outage is over and the
    # lease has ended.
    (Exception, "failed", logging.ERROR, 300),
)


def react(error: Exception, *, receives: int) -> tuple[str, int, int]:
    """Return an error's outcome, its log level, and the seconds until the message comes again.

    Args:
        error: the delivery's error.
        receives: how often the message has been received, including this time.
    """
    outcome, level, first = next(
        reaction[1:] for reaction in _REACTIONS if isinstance(error, reaction[0])
    )
    # The exponent is limited, in case the count is absurd.
    grown = first * _GROWTH ** min(max(receives, 1) - 1, 10)
    asked = error.seconds if isinstance(error, Throttled) else 0
    wait = min(max(grown, asked), _LONGEST_SECONDS)
    return outcome, level, int(wait * random.uniform(1, 1.25)) if wait else 0  # noqa: S311


class Visibility:
    """Delays messages of the queue.

    Args:
        client: returns botocore's SQS client; called only if there are messages to delay.
        url: the queue's URL.
    """

    def __init__(self, client: Callable[[], Any], url: str) -> None:
        self._client = client
        self._url = url

    def change(self, seconds: dict[str, int]) -> None:
        """Set when messages are delivered again (``sqs:ChangeMessageVisibility``).

        An error is only logged: the messages then come after the queue's own visibility timeout.

        Args:
            seconds: the delay of each message, by receipt handle.
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
