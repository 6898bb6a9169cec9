"""Does what Lambda's Python runtime does around a handler, for the emulator's plain workers.

This file is part of every worker's package and runs inside the worker, which has the function's
dependencies and nothing of this project. So it uses the standard library only, and ``live.py``,
which imports the handler. It sets Lambda's JSON format for ``logging``, and reports a handler's
exception as one JSON record.
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
"""

import datetime
import json
import logging
import os
import sys
import traceback
from types import TracebackType
from typing import Any

ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_OUR_FILES = ("_worker.py", "_local_worker.py", "_local_live.py")
_request_id: str | None = None


class JsonFormatter(logging.Formatter):
    """Formats each record as one JSON object, with the fields that Lambda writes."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as JSON; fields passed as ``extra`` become members."""
        fields: dict[str, Any] = {
            "timestamp": timestamp(datetime.datetime.fromtimestamp(record.created, datetime.UTC)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": _request_id,
        }
        if record.exc_info:
            fields |= describe(record.exc_info)
        for name, value in record.__dict__.items():
            if name not in _STANDARD:
                fields.setdefault(name, value)
        present = {name: value for name, value in fields.items() if value is not None}
        return json.dumps(present, default=str, ensure_ascii=False)


def describe(exc_info: ExcInfo) -> dict[str, Any]:
    """Return an exception's type, message and stack, without the frames of the worker."""
    kind, error, trace = exc_info
    frames = [
        frame
        for frame in traceback.extract_tb(trace)
        if os.path.basename(frame.filename) not in _OUR_FILES
        and not frame.filename.startswith("<frozen importlib")
    ]
    return {
        "errorType": kind.__name__ if kind else None,
        "errorMessage": str(error),
        "stackTrace": traceback.format_list(frames) + _place(error),
    }


def _place(error: BaseException | None) -> list[str]:
    """Return the line that cannot be parsed, which no frame shows."""
    if not isinstance(error, SyntaxError):
        return []
    return traceback.format_exception_only(error)[:-1]


def configure_logging() -> None:
    """Send every record at or above Lambda's log level to the function's log."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [output]
    root.setLevel(os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO").replace("TRACE", "DEBUG"))


def timestamp(moment: datetime.datetime) -> str:
    """Return a time in the format of Lambda's log."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def handler(event: Any, context: Any) -> Any:
    """Call the real handler; log its exception as Lambda does, and raise it again."""
    global _request_id  # an execution environment serves one request at a time
    _request_id = context.aws_request_id
    try:
        return _local_live.handler(event, context)
    except BaseException as error:
        record = {
            "timestamp": timestamp(datetime.datetime.now(datetime.UTC)),
            "level": "ERROR",
            "message": f"{type(error).__name__}: {error}",
            "requestId": _request_id,
            **describe(sys.exc_info()),
        }
        print(json.dumps(record, ensure_ascii=False), file=sys.stderr, flush=True)
        raise


if "_HANDLER" in os.environ:
    configure_logging()
    import _local_live  # type: ignore[import-not-found]  # packed beside this file
