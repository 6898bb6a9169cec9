"""Reads the log of one invocation: its records, and the error that ended it."""

import re
from datetime import datetime
from typing import Any

from ops.events.lines import log_record
from ops.events.model import Failure, LogRecord

_PLATFORM = re.compile(r"(START|END|REPORT|INIT_START|INIT_REPORT) ?(RequestId: )?")
_OWN = {"timestamp", "level", "message", "logger", "requestId", "stackTrace", "errorType",
        "errorMessage"}  # fmt: skip
_TRACEBACK = "Traceback (most recent call last):"
_MOST = 500
_LOGGED_BEFORE = "Failed"
"""The name of handlers.runtime.asynchronous.Failed: what failed stands in the log."""


def records(text: str, moment: float) -> list[LogRecord]:
    """Return the records; a line that is not JSON has no level, and the given time."""
    found: list[LogRecord] = []
    reported = False
    for line in text.splitlines():
        if _PLATFORM.match(line) or not line.strip():
            continue
        if reported and line == _TRACEBACK:
            break  # the emulator's worker repeats the exception at the end
        record = log_record(line)
        if record is None:
            found.append(LogRecord(moment, "", line))
        else:
            reported = reported or "stackTrace" in record
            found.append(_of(record, moment))
    return found[:_MOST]


def failure(text: str, result: dict[str, Any], logs: list[LogRecord]) -> Failure | None:
    """Return the error that ended an invocation: from its log, which has the lines of code.

    The function's own record is preferred: the runtime's has no line of the errors that led to it.
    """
    if not result.get("error"):
        return None
    found = _of_runtime(text, result)
    for record in reversed(logs):
        error, stack = record.fields.get("error"), record.fields.get("stack")
        if error and isinstance(stack, str) and found.type in (error, _LOGGED_BEFORE):
            detail = record.fields.get("text") or (found.message if error == found.type else None)
            return Failure(str(error), detail and str(detail), [stack])
    return found


def _of_runtime(text: str, result: dict[str, Any]) -> Failure:
    for line in reversed(text.splitlines()):
        record = log_record(line)
        if record and "errorType" in record and "stackTrace" in record:
            return Failure(
                str(record["errorType"]),
                str(record.get("errorMessage") or "") or None,
                [str(frame) for frame in record["stackTrace"] or []],
            )
    body = result.get("body")
    if not isinstance(body, dict):
        return Failure("Error", str(body) if body else None)
    stack = body.get("stackTrace")
    return Failure(
        str(body.get("errorType", "Error")),
        body.get("errorMessage"),
        [str(frame) for frame in stack] if isinstance(stack, list) else [],
    )


def logged_failure(logs: list[LogRecord]) -> Failure | None:
    """Return the error that a function logged, if it answers errors itself."""
    for record in reversed(logs):
        error, stack = record.fields.get("error"), record.fields.get("stack")
        if record.level in ("ERROR", "CRITICAL") and isinstance(stack, str):
            text = record.fields.get("text")
            return Failure(str(error or record.message), text and str(text), [stack])
    return None


def _of(record: dict[str, Any], moment: float) -> LogRecord:
    fields = {name: value for name, value in record.items() if name not in _OWN}
    if "stackTrace" in record:
        fields["stack"] = "".join(str(line) for line in record["stackTrace"] or [])
    default = f"{record.get('errorType')}: {record.get('errorMessage')}"
    message = str(record.get("message", default if "errorType" in record else ""))
    return LogRecord(_time(record) or moment, str(record["level"]), message, fields)


def _time(record: dict[str, Any]) -> float | None:
    try:
        return datetime.fromisoformat(
            str(record.get("timestamp")).replace("Z", "+00:00")
        ).timestamp()
    except ValueError:
        return None
