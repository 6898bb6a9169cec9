"""Formats logs for people: one line for each record, coloured by function and level.

An error is shown once. A function logs its own errors; the runtime then logs what leaves the
function, and the emulator's worker prints it again.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

from local.logs import Invocation
from ops.events.lines import log_record
from ops.events.tracebacks import with_short_frames
from ops.terminal import printable

_RESET, _BOLD, _DIM = "\033[0m", "\033[1m", "\033[2m"
_FUNCTION_COLOURS = [f"\033[{code}m" for code in (36, 32, 35, 34, 33, 96, 92, 95, 94, 93)]
_LEVEL_COLOURS = {"ERROR": "\033[31m", "CRITICAL": "\033[31m", "WARNING": "\033[33m"}
# Shown in their own place, or the same for a whole invocation.
_SHOWN = {"timestamp", "level", "message", "logger", "requestId", "outcome"}
_OF_ERRORS = {"error", "text", "stack", "errorType", "errorMessage", "stackTrace"}
_LOGGED_BEFORE = "Failed"  # the name of handlers.runtime.asynchronous.Failed
_TRACEBACK = "Traceback (most recent call last):"


class Formatter:
    """Formats invocations of a known set of functions."""

    def __init__(self, functions: Iterable[str], *, colour: bool) -> None:
        names = sorted(functions)
        self._width = max((len(name) for name in names), default=0)
        self._colour = colour
        self._colours = {
            name: _FUNCTION_COLOURS[index % len(_FUNCTION_COLOURS)]
            for index, name in enumerate(names)
        }

    def format(self, invocation: Invocation) -> str:
        """Return an invocation's lines: its records, what it printed, and how long it took."""
        name = invocation.function.ljust(self._width)
        name = self._paint(name, self._colours.get(invocation.function, ""))
        ended = time.strftime("%H:%M:%S", time.gmtime(invocation.ended_ms / 1000))
        lines: list[str] = []
        for kind, content in _parse(invocation.lines):
            clock, level, text = ended, "", ""
            if kind == "record":
                clock = str(content.get("timestamp", ""))[11:19] or ended
                level = str(content.get("level", ""))
                text = self._record(content)
            elif kind == "report":
                text = self._paint(str(content), _DIM)
            else:
                text = _clean(str(content))
            shown = self._paint(level.ljust(7), _LEVEL_COLOURS.get(level, _DIM))
            lines.append(f"{self._paint(clock, _DIM)} {name} {shown} {text}")
        return "\n".join(lines)

    def _record(self, record: dict[str, Any]) -> str:
        summary, stack = _error(record)
        # An exception's record has no message if Lambda's own client wrote it.
        message, *more = str(record.get("message", summary)).split("\n")
        fields: list[str] = []
        blocks = ["\n".join(more)] if more else []
        for key, value in record.items():
            if key in _SHOWN or (summary and key in _OF_ERRORS):
                continue
            if isinstance(value, str) and "\n" in value:
                blocks.append(value)
            else:
                text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                fields.append(f"{self._paint(key + '=', _DIM)}{_clean(text)}")
        if record.get("outcome") not in (None, message):
            fields.insert(0, f"{self._paint('outcome=', _DIM)}{_clean(str(record['outcome']))}")
        if stack:
            blocks.append(stack)
        if summary not in ("", message):
            blocks.append(summary)
        first = " ".join([self._paint(_clean(message), _BOLD), *fields])
        below = [f"    {_clean(line)}" for block in blocks for line in block.rstrip().split("\n")]
        return "\n".join([first, *below])

    def _paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colour and colour else text


def _parse(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield each line as a record, as text, or as the platform's report."""
    errors: set[str] = set()
    reported = repeated = False
    for line in lines:
        if line.startswith(("START RequestId: ", "END RequestId: ")):
            continue
        if line.startswith("REPORT RequestId: "):
            duration = re.search(r"\tDuration: ([\d.]+ ms)", line)
            request = line.removeprefix("REPORT RequestId: ").split("\t")[0]
            yield "report", f"{duration.group(1) if duration else ''} (request {request})"
            continue
        # The emulator's worker repeats the exception at the end.
        repeated = repeated or (reported and line == _TRACEBACK)
        if repeated:
            continue
        record = log_record(line)
        if record is None:
            yield "text", line
            continue
        reported = reported or "stackTrace" in record
        by_runtime = "stackTrace" in record and "logger" not in record
        if by_runtime and record.get("errorType") in {*errors, _LOGGED_BEFORE}:
            continue
        errors.add(str(record.get("error")))
        yield "record", record


def _error(record: dict[str, Any]) -> tuple[str, str]:
    """Return the error of a record, type and text, and its stack; empty if there is none."""
    if "errorType" in record:  # by the runtime, or by `logger.exception`
        kind, text = record["errorType"], record.get("errorMessage")
        stack = "".join(record.get("stackTrace") or [])
    elif "error" in record and "stack" in record:  # by handlers.runtime.log
        kind, text, stack = record["error"], record.get("text"), str(record["stack"])
    else:
        return "", ""
    return f"{kind}: {text}" if text else str(kind), with_short_frames(stack)


def _clean(text: str) -> str:
    return printable(text, keep="\t\n")
