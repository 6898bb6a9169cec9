"""Invokes one function with an event from a file."""

import base64
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws import Aws
from local.deployed import FunctionRef
from local.errors import LocalError, WrongUsage
from local.logs import LogReader
from ops.events.lines import json_object
from ops.events.tracebacks import with_short_frames

_TAIL_BYTES = 4096
"""Lambda returns no more of a log with the answer."""


class FunctionFailed(LocalError):
    """The function raised; the message has its stack."""


@dataclass(frozen=True)
class Answer:
    """What an invocation returned, whether it failed, and what it logged."""

    payload: Any
    failed: bool
    log: str

    def result(self) -> Any:
        """Return the payload.

        Raises:
            FunctionFailed: the function raised an exception, or ran out of time.
        """
        if self.failed:
            raise FunctionFailed(_describe(self.payload, self.log))
        return self.payload


def read_event(source: str | None) -> str:
    """Return an event's text: of a file, of standard input (``-``), or an empty object (None).

    Raises:
        WrongUsage: there is no such file, or it is not JSON (says where).
    """
    if source is None:
        return "{}"
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except OSError as error:
        raise WrongUsage(
            f"The event file {source} cannot be read: {error.strerror}. "
            "Examples are in tests/functions/<function>."
        ) from None
    except UnicodeDecodeError:
        name = "standard input" if source == "-" else f"the file {source}"
        raise WrongUsage(f"The event in {name} is not UTF-8 text.") from None
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        name = "standard input" if source == "-" else source
        raise WrongUsage(f"The event in {name} is not valid JSON: {_reason(error)}.") from None
    return text


def invoke(aws: Aws, ref: FunctionRef, event: str) -> Any:
    """Invoke a function by the alias that its triggers use, and return its answer.

    Raises:
        FunctionFailed: the function raised an exception, or ran out of time.
    """
    return call(aws, ref, event).result()


def call(aws: Aws, ref: FunctionRef, event: str) -> Answer:
    """Invoke a function by the alias that its triggers use."""
    begun = time.time()
    answer = aws.client("lambda").invoke(
        FunctionName=ref.name,
        Qualifier=ref.qualifier,
        Payload=event.encode(),
        LogType="Tail",
    )
    tail = base64.b64decode(answer.get("LogResult", ""))
    log = tail.decode(errors="replace")
    return Answer(
        payload=json.loads(answer["Payload"].read() or b"null"),
        failed=bool(answer.get("FunctionError")),
        log=log if len(tail) < _TAIL_BYTES else _whole_log(aws, ref, log, since=begun),
    )


def _whole_log(aws: Aws, ref: FunctionRef, tail: str, *, since: float) -> str:
    """Return the log that ends with a tail; the tail itself if the log is too long to be found."""
    _, _, known = tail.partition("\n")  # its first line is cut
    for run in LogReader(aws, {ref.name: ref}, since_ms=int(since * 1000)).poll():
        if known in (whole := "\n".join(run.lines)):
            return whole
    return tail


def _reason(error: Exception) -> str:
    match error:
        case json.JSONDecodeError():
            return f"line {error.lineno}, column {error.colno}: {error.msg}"
        case RecursionError():
            return "it is nested too deeply"
        case _:
            return str(error)


def _describe(payload: Any, log: str) -> str:
    """Return type, message and stack from the log: the emulator's answer has only the message."""
    for line in reversed(log.splitlines()):
        record = json_object(line)
        if record and "stackTrace" in record:
            stack = with_short_frames("".join(record["stackTrace"]).rstrip())
            return f"{record['errorType']}: {record['errorMessage']}\n{stack}"
    if isinstance(payload, dict) and "errorMessage" in payload:
        return f"{payload.get('errorType', 'Error')}: {payload['errorMessage']}"
    return json.dumps(payload)
