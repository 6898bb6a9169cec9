"""States in one line why a cause did not end well, by the most specific fact that is known."""

import re
from typing import Any

from ops.events.model import Call, Cause, Failure, Invocation, LogRecord
from ops.events.tracebacks import first_raised, raised_at

_LOUD = {"ERROR", "CRITICAL", "FATAL", "WARNING"}
_REFUSED = 400
_THROTTLED = re.compile("Throttl|TooManyRequests|SlowDown|ThroughputExceeded|LimitExceeded")


def reason_of(cause: Cause) -> str | None:
    """Return why a cause did not end well; None if it did."""
    if cause.outcome == "ok":
        return None
    answered = _answered(cause.answer)
    if cause.outcome == "rejected" and answered:
        return answered
    runs = list(reversed(cause.invocations))
    for found in (
        *(_denied(call) for run in runs for call in run.calls),
        *(call.hint for run in runs for call in run.calls),
        *(_throttled(call) for run in runs for call in run.calls),
        *(_failed(run) for run in runs),
        *(_rejected(call) for run in runs for call in run.calls),
        *(_record(record) for run in runs for record in reversed(run.logs)),
        *(_refused(call) for run in runs for call in run.calls),
        *(letter.reason for letter in cause.dead_letters),
    ):
        if found:
            return found
    return answered


def failure_line(failure: Failure) -> str:
    """Return an error in one line: its type, its text, and the lines of code that raised it."""
    text = f"{failure.type}: {failure.message}" if failure.message else failure.type
    return text + _where_raised(failure.stack)


def _where_raised(stack: list[str]) -> str:
    where, first = raised_at(stack), first_raised(stack)
    return (f" — {where}" if where else "") + (f", caused by {first}" if first else "")


def _denied(call: Call) -> str | None:
    if call.denied is None:
        return None
    text = f"{call.denied.action} on {call.denied.resource} was denied"
    if call.hint:
        return f"{text}: {call.hint}"
    if call.denied.grant:
        return f"{text}; allow it by {call.denied.grant}"
    return f"{text}; no grant of the program allows it"


def _throttled(call: Call) -> str | None:
    if not _THROTTLED.search(call.error or ""):
        return None
    return f"{call.service} {call.operation} was throttled ({call.error})"


def _failed(run: Invocation) -> str | None:
    if run.failure is None:
        return None
    text = failure_line(run.failure)
    if run.batch > 1:
        text = f"This record or another of the {run.batch} in its batch: {text}"
    return text


def _record(record: LogRecord) -> str | None:
    """Return what a function logged of an error that it caught."""
    if record.level not in _LOUD:
        return None
    error, stack = record.fields.get("error"), record.fields.get("stack")
    text = f"{record.message}: {error}" if error else record.message
    given = (record.fields.get(name) for name in ("reason", "detail", "code"))
    if detail := next(filter(None, given), None):
        text = f"{text} ({detail})"
    return text + (_where_raised([stack]) if isinstance(stack, str) else "")


def _refused(call: Call) -> str | None:
    # A condition that does not hold is what the ledger asks for.
    if call.status < _REFUSED or "Conditional" in (call.error or ""):
        return None
    return f"{call.service} {call.operation}: {call.error or call.status}"


def _rejected(call: Call) -> str | None:
    """Return the reason in what process-upload writes of a file that it cannot process."""
    if call.operation != "PutObject" or not isinstance(call.input, dict):
        return None
    for value in (call.input, call.input.get("Body")):
        if isinstance(value, dict) and isinstance(value.get("reason"), str):
            return str(value.get("explanation") or value["reason"])
    return None


def _answered(answer: Any) -> str | None:
    """Return the error in an answer of the API."""
    if not isinstance(answer, dict):
        return None
    body, status = answer.get("body"), answer.get("status")
    match body:
        case {"errors": [{"message": str(message)}, *_]}:  # GraphQL's, with the status 200
            return message
    if isinstance(status, int) and status < _REFUSED:
        return None
    if isinstance(body, dict):
        body = body.get("error") or body.get("message")
    return body if isinstance(body, str) else None
