"""Structured logs: one record for each outcome, which a metric filter counts.

Lambda's JSON log format adds the ``extra`` fields and the request's id to the record. No record
contains names, addresses, bodies or object keys.
"""

import logging
import traceback
from typing import Any

logger = logging.getLogger("app")

# Outcomes are counted, so they are logged whatever level Lambda sets for the root logger. Libraries
# log from ERROR on, because their warnings quote what an uploader chose: urllib3 the object's URL
# (if its Content-Type is `multipart/…` without a boundary), botocore its Expires header. On lower
# levels, botocore logs whole requests, with bodies and credentials.
logger.setLevel(logging.INFO)
logging.getLogger().setLevel(logging.ERROR)

# Lambda's formatter omits these fields, so they need not be looked up; see
# https://docs.python.org/3/howto/logging.html#optimization.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def outcome(name: str, *, level: int = logging.INFO, **fields: str | int | float | None) -> None:
    """Log the outcome of one request, message or file.

    Args:
        name: the outcome, such as ``created`` or ``email_taken``. Each function has a short fixed
            set, because each value becomes a metric.
        level: a level of ``logging``; ``WARNING`` for outcomes that somebody may want to look at.
        fields: ids and numbers that help to find the request, and no personal data.
    """
    # ``logger.log`` would also look up the line of code, which takes a tenth of the time.
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
    """Log the outcome of an error: the types of error and cause, AWS's error code, and the stack.

    The error's text is never logged, because botocore's and msgspec's quote their input, which may
    be a name or an address. ``logger.exception`` would log it.
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
    """Return the code of botocore's ``ClientError``, such as ``ThrottlingException``."""
    # botocore's errors of calls without an answer also have this attribute, with None.
    response: dict[str, Any] = getattr(error, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code
