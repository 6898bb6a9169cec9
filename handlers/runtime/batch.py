"""Partial batch responses: the items of one invocation fail one by one.

SQS deletes the messages that a response does not name, and delivers the others again. A stream
continues at the first record that is named, so later records must not be touched: they are
delivered again with it.
See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html.
"""

from collections.abc import Callable, Iterable
from typing import Any

from handlers.runtime import trace

Record = dict[str, Any]
Response = dict[str, list[dict[str, str]]]


def respond(failed: Iterable[str]) -> Response:
    """Return the response that names the failed items.

    Args:
        failed: message ids of SQS, or the sequence number of a stream's first failed record.
    """
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def failing(
    records: Iterable[Record],
    handle: Callable[[Record], None],
) -> list[tuple[Record, Exception]]:
    """Handle each message independently, with its trace; return those that failed, with errors.

    All errors are caught, because one message's failure must not affect the others. The caller
    must report every one.
    """
    failures: list[tuple[Record, Exception]] = []
    for record in records:
        with trace.of(record):
            try:
                handle(record)
            except Exception as error:  # noqa: BLE001 - isolation of one message, see above
                failures.append((record, error))
    return failures
