"""Partial batch responses: what AWS gives to a function together fails one by one.

SQS deletes what a response does not name, and gives back what it names. A stream goes on behind the
first record that is named, so records after a failed one are not touched: they come again with it.
See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html and
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html.
"""

from collections.abc import Callable, Iterable
from typing import Any

Record = dict[str, Any]
Response = dict[str, list[dict[str, str]]]


def respond(failed: Iterable[str]) -> Response:
    """Name what failed: message ids of SQS, or the one first sequence number of a stream."""
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def failing(
    records: Iterable[Record],
    handle: Callable[[Record], None],
) -> list[tuple[Record, Exception]]:
    """Handle each message by itself; give those that failed, each with its error.

    Any error counts, for one message's failure must not touch the others: this is the one place
    below the HTTP edge where all errors are caught. The caller reports every one of them.
    """
    failures: list[tuple[Record, Exception]] = []
    for record in records:
        try:
            handle(record)
        except Exception as error:  # noqa: BLE001 - isolation of one message, see above
            failures.append((record, error))
    return failures
