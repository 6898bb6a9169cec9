"""Makes a cause and its chain from the logs."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from ops.events.model import Cause, CauseKind, Failure, Invocation, LogRecord, Outcome
from ops.trace.search import Entry, Found

_WORST: tuple[Outcome, ...] = ("rejected", "denied", "failed", "ok")
_OF_S3 = re.compile("[0-9A-Z]{16}")
_DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "NotAuthorized"}
_ERRORS = {"ERROR", "CRITICAL", "FATAL"}
_OF_LAMBDA = {
    "timestamp", "level", "message", "logger", "requestId", "location", "trace",
    "error", "text", "stack", "errorType", "errorMessage", "stackTrace",
}  # fmt: skip
_SERVER_ERROR = 500
_REPORT = "platform.report"


def cause_of(trace: str, found: Found) -> Cause | None:
    """Return the cause with all invocations that followed, oldest first; None if there is nothing.

    The logs do not tell which call led to which invocation.
    """
    runs = list(_invocations(found.entries))
    if not runs and found.request is None:
        return None
    kind, title = _beginning(trace, found, runs)
    request = found.request or {}
    latest = {run.function: _outcome(run) for run in runs}  # a later attempt counts
    outcomes = {*latest.values(), _answered(request)}
    begun = [run.time for run in runs]
    cause = Cause(
        id=trace,
        kind=kind,
        title=title,
        time=min(begun, default=found.request_time),
        outcome=next(outcome for outcome in _WORST if outcome in outcomes),
        invocations=runs,
    )
    cause.duration_ms = _number(request.get("latencyMs"))
    return cause


def _beginning(trace: str, found: Found, runs: list[Invocation]) -> tuple[CauseKind, str]:
    """Return what began it, as far as the id and the logs show."""
    if found.request is not None:
        words = (str(found.request.get(name, "")) for name in ("method", "route", "status"))
        return "request", " ".join(words).strip()
    for run in runs:  # only functions of the API log a status
        if any("status" in record.fields for record in run.logs):
            return "request", f"Request for {run.function}"
    first = runs[0]
    if any("upload" in record.fields for record in first.logs) or _OF_S3.fullmatch(trace):
        return "upload", f"Upload for {first.function}"
    if first.id == trace:
        return "invoke", first.function
    return "message", f"Message for {first.function}"


def _answered(request: Mapping[str, Any]) -> Outcome:
    status = _number(request.get("status")) or 0
    return "failed" if status >= _SERVER_ERROR else "ok"


def _invocations(entries: tuple[Entry, ...]) -> Iterator[Invocation]:
    """Yield the invocations, oldest first, each with its number among its function's."""
    attempts = Counter[str]()
    runs = [run for one in _by_run(entries) for run in _split(one)]
    for run in sorted(runs, key=lambda run: run[0].time):
        function = run[0].function
        attempts[function] += 1
        yield _invocation(run, attempts[function])


def _by_run(entries: tuple[Entry, ...]) -> Iterator[list[Entry]]:
    def key(entry: Entry) -> tuple[str, str, str]:
        return entry.function, str(entry.run), entry.stream

    for _, group in groupby(sorted(entries, key=key), key=key):  # keeps the order of time
        yield list(group)


def _split(entries: list[Entry]) -> Iterator[list[Entry]]:
    """Yield the attempts at one event: Lambda repeats it with the same id, in any environment."""
    attempt: list[Entry] = []
    for entry in entries:
        attempt.append(entry)
        if entry.record.get("type") == _REPORT:
            yield attempt
            attempt = []
    if attempt:
        yield attempt


def _invocation(entries: list[Entry], attempt: int) -> Invocation:
    reports = [e.record.get("record") for e in entries if e.record.get("type") == _REPORT]
    report = _object(reports[0]) if reports else {}
    metrics = _object(report.get("metrics"))
    records = [entry for entry in entries if "level" in entry.record]
    return Invocation(
        id=str(entries[0].run),
        function=entries[0].function,
        time=entries[0].time,
        duration_ms=_number(metrics.get("durationMs")),
        cold=("initDurationMs" in metrics or None) if report else None,
        attempt=attempt,
        failure=_failure([entry.record for entry in records], report),
        logs=[_log_record(entry) for entry in records if not _by_runtime(entry.record)],
    )


def _failure(records: list[Mapping[str, Any]], report: Mapping[str, Any]) -> Failure | None:
    """Return the error of an invocation: what its function logged, or what the platform says."""
    for record in records:
        if "error" in record and str(record.get("level")) in _ERRORS:
            return Failure(str(record["error"]), _text(record.get("text")), _lines(record, "stack"))
    for record in records:
        if "errorType" in record and str(record.get("level")) in _ERRORS:
            return Failure(
                str(record["errorType"]),
                _text(record.get("errorMessage")),
                _lines(record, "stackTrace"),
            )
    status = report.get("status")
    if status in ("timeout", "error", "failure"):
        return Failure(str(report.get("errorType") or status))
    return None


def _by_runtime(record: Mapping[str, Any]) -> bool:
    """Return True for the runtime's record of an error, which is the failure itself."""
    return "errorType" in record and "logger" not in record


def _outcome(run: Invocation) -> Outcome:
    if any(str(record.fields.get("code")) in _DENIED for record in run.logs):
        return "denied"
    if run.failure:
        return "failed"
    return "rejected" if any(r.fields.get("outcome") == "rejected" for r in run.logs) else "ok"


def _log_record(entry: Entry) -> LogRecord:
    record = entry.record
    fields = {name: value for name, value in record.items() if name not in _OF_LAMBDA}
    message = str(record.get("message", record.get("errorType", "")))
    return LogRecord(_moment(record) or entry.time, str(record["level"]), message, fields)


def _moment(record: Mapping[str, Any]) -> float | None:
    try:
        return datetime.fromisoformat(str(record.get("timestamp"))).timestamp()
    except ValueError:
        return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _lines(record: Mapping[str, Any], name: str) -> list[str]:
    value = record.get(name)
    return [str(line) for line in value] if isinstance(value, list) else [str(value or "")]


def _text(value: object) -> str | None:
    return str(value) if value else None


def _number(value: object) -> float | None:
    """Return a number; API Gateway logs its numbers as texts."""
    try:
        return float(str(value))
    except ValueError:
        return None
