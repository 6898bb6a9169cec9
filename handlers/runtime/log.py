"""Structured logs: one record for each outcome, which a metric filter counts.

Lambda's JSON log format adds the ``extra`` fields and the request's id to the record; this module
adds the trace. No record contains names, addresses, bodies or object keys.

Loggers of ``logging.getLogger(__name__)`` in ``handlers`` log from INFO on, too.
"""

import logging
import os
import traceback
from typing import Any

from handlers.runtime import trace

logger = logging.getLogger("app")

# Outcomes are counted, so they are logged whatever level Lambda sets for the root logger. Libraries
# log from ERROR on, because their warnings quote what an uploader chose: urllib3 the object's URL
# (if its Content-Type is `multipart/…` without a boundary), botocore its Expires header. On lower
# levels, botocore logs whole requests, with bodies and credentials.
logger.setLevel(logging.INFO)
logging.getLogger("handlers").setLevel(logging.INFO)
logging.getLogger().setLevel(logging.ERROR)

# Lambda's formatter omits these fields, so they need not be looked up; see
# https://docs.python.org/3/howto/logging.html#optimization.
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False

# Python itself makes the texts of these errors, of names and types in the code. Texts of other
# built-in errors quote values: KeyError the key, ValueError what could not be parsed.
_CODE_MADE = (
    AttributeError,
    ImportError,
    IndexError,
    NameError,
    RecursionError,
    TypeError,
    ZeroDivisionError,
)
_LONGEST_TEXT = 500

# The local cloud sets it. AWS cannot: no variable of a function in AWS begins with `_`.
ALL_TEXTS = "_LOCAL_ERROR_TEXTS" in os.environ


def _record(*given: Any, **more: Any) -> logging.LogRecord:
    """Make a record of any logger, with the trace."""
    record = logging.LogRecord(*given, **more)
    setattr(record, trace.NAME, trace.current())
    return record


logging.setLogRecordFactory(_record)


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

    The text is logged only if it cannot hold personal data (see ``_text``), which
    ``logger.exception`` does not know.
    """
    cause = error.__cause__
    outcome(
        name,
        level=level,
        error=type(error).__name__,
        cause=type(cause).__name__ if cause else None,
        code=_code(error) or _code(cause),
        operation=_operation(error) or _operation(cause),
        text=_text(error),
        stack=_stack(error),
        **fields,
    )


def _stack(error: BaseException) -> str:
    """Return the lines that an error passed, and below them those of the errors that led to it."""
    parts = traceback.format_tb(error.__traceback__)
    seen = {error}
    while (before := _before(error)) and before not in seen:
        text = _text(before)
        parts += [f"Caused by {type(before).__name__}{f': {text}' if text else ''}\n"]
        parts += traceback.format_tb(before.__traceback__)
        seen.add(before)
        error = before
    return "".join(parts)


def _before(error: BaseException) -> BaseException | None:
    """Return the error that was handled when another one was raised; None after ``from None``."""
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _text(error: BaseException) -> str | None:
    """Return an error's text if it cannot hold personal data; on the local cloud in any case.

    botocore's and msgspec's texts quote their input, which may be a name or an address. The texts
    of our own classes quote no such value, and those of a few built-in ones cannot if it is our own
    line that raised them: a library may raise them with any text.
    """
    kind = type(error)
    safe = kind.__module__.startswith("handlers.") or (
        isinstance(error, _CODE_MADE) and kind.__module__ == "builtins" and _is_ours(error)
    )
    return str(error)[:_LONGEST_TEXT] or None if safe or ALL_TEXTS else None


def _is_ours(error: BaseException) -> bool:
    """Return True if a line of ``handlers`` raised the error."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    module: str = frames[-1].f_globals.get("__name__", "") if frames else ""
    return module.startswith("handlers.")


def _code(error: BaseException | None) -> str | None:
    """Return the code of botocore's ``ClientError``, such as ``ThrottlingException``."""
    # botocore's errors of calls without an answer also have this attribute, with None.
    response: dict[str, Any] = getattr(error, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code


def _operation(error: BaseException | None) -> str | None:
    """Return the operation of botocore's ``ClientError``, such as ``PutItem``."""
    operation: str | None = getattr(error, "operation_name", None)
    return operation
