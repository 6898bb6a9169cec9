"""Structured logs: one record for each outcome, which a metric filter counts.

Lambda's JSON log format turns ``extra`` fields into members of the record and adds the request's
id. Names, addresses, bodies and object keys never go into a record.
"""

import logging
import traceback
from typing import Any

logger = logging.getLogger("app")

# Outcomes are the counters, so they are logged whatever level Lambda sets the root logger to.
# Libraries are heard from ERROR on. Their warnings quote what an uploader chose: urllib3's the
# object's URL where its Content-Type is `multipart/…` without a boundary, botocore's its Expires.
# Further below, botocore logs whole requests, with bodies and credentials.
logger.setLevel(logging.INFO)
logging.getLogger().setLevel(logging.ERROR)

# Nothing of a record that Lambda's formatter leaves out in any case is looked up for it; see
# https://docs.python.org/3/howto/logging.html#optimization.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def outcome(name: str, *, level: int = logging.INFO, **fields: str | int | float | None) -> None:
    """Log what became of one request, message or file.

    Args:
        name: the outcome, such as ``created`` or ``email_taken``: a short fixed set for each
            function, for each value becomes a metric (see ``infra/function/outcome_metric.py``).
        level: a level of ``logging``; ``WARNING`` for what somebody may want to look at.
        fields: ids and numbers that help to find the request, and no personal data.
    """
    # Made here, for ``logger.log`` would look for the line of code as well: a tenth of the time.
    record = logger.makeRecord(
        logger.name, level, "", 0, name, (), None, extra={"outcome": name, **fields}
    )
    logger.handle(record)


def failure(
    name: str,
    error: BaseException,
    *,
    level: int = logging.ERROR,
    **fields: str | int | float | None,
) -> None:
    """Log an outcome that an error led to: the types of it and of its cause, AWS's code, the stack.

    Never the error's text: botocore's and msgspec's quote the values that they were given, which
    may be a name or an address. That is also why this is not ``logger.exception``.
    """
    cause = error.__cause__
    outcome(
        name,
        level=level,
        error=type(error).__name__,
        cause=type(cause).__name__ if cause else None,
        code=_code(error) or _code(cause),
        stack="".join(traceback.format_tb(error.__traceback__)),
        **fields,
    )


def _code(error: BaseException | None) -> str | None:
    """Return the code in a ``ClientError`` of botocore, such as ``ThrottlingException``."""
    # botocore's errors of calls without an answer have the attribute as well: None.
    response: dict[str, Any] = getattr(error, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code
