"""Sums a cause up in a row: how it ended, why, and whether something in it was slow."""

from typing import Any

from msgspec import Struct

from ops.events.model import Call, Cause, Failure, LogRecord
from ops.events.places import raised_at

SLOW_MS = 1_000
"""A run of a function that takes longer is marked, or a call of AWS; a cold start may take more."""

SLOW_COLD_MS = 3_000
_LOUD = {"ERROR", "CRITICAL", "FATAL", "WARNING"}
_LONGEST = 300
_REFUSED = 400


class Row(Struct):
    """What the list shows of a cause."""

    id: str
    kind: str
    title: str
    time: float
    outcome: str
    duration_ms: float | None
    functions: list[str]
    cold: bool
    attempts: int
    status: int | None
    reason: str | None
    slow: str | None


def row(cause: Cause, root: str | None = None) -> Row:
    """Return the row of a cause; the project's folder, ``root``, is left out of paths."""
    answer = cause.answer if isinstance(cause.answer, dict) else {}
    reason = _reason(cause)
    if reason and root:
        reason = reason.replace(f"{root}/", "")
    return Row(
        id=cause.id,
        kind=cause.kind,
        title=cause.title,
        time=cause.time,
        outcome=cause.outcome,
        duration_ms=cause.duration_ms,
        functions=list(dict.fromkeys(run.function for run in cause.invocations)),
        cold=any(run.cold for run in cause.invocations),
        attempts=max([run.attempt for run in cause.invocations], default=1),
        status=answer.get("status") if cause.kind == "request" else None,
        reason=reason[:_LONGEST] if reason else None,
        slow=_slow(cause),
    )


def _reason(cause: Cause) -> str | None:
    """Return why it did not end well, in one line: the most telling of what is known."""
    if cause.outcome == "ok":
        return None
    runs = list(reversed(cause.invocations))
    for found in (
        *(_denied(call) for run in runs for call in run.calls),
        *(failure_line(run.failure) for run in runs if run.failure),
        *(_rejected(call) for run in runs for call in run.calls),
        *(_record(record) for run in runs for record in reversed(run.logs)),
        *(_refused(call) for run in runs for call in run.calls),
        *(letter.reason for letter in cause.dead_letters),
    ):
        if found:
            return found
    return _answered(cause.answer)


def _denied(call: Call) -> str | None:
    if call.denied is None:
        return None
    text = f"{call.denied.action} on {call.denied.resource} was denied"
    if call.denied.grant:
        return f"{text}; allow it by {call.denied.grant}"
    return f"{text}; no grant of the program allows it: check the name in the function's variables"


def failure_line(failure: Failure) -> str:
    """Return an error in one line: its type, its text, and the line of code that raised it."""
    text = f"{failure.type}: {failure.message}" if failure.message else failure.type
    where = raised_at(failure.stack)
    return f"{text} — {where}" if where else text


def _record(record: LogRecord) -> str | None:
    """Return what a function logged of an error that it caught."""
    if record.level not in _LOUD:
        return None
    error, stack = record.fields.get("error"), record.fields.get("stack")
    text = f"{record.message}: {error}" if error else record.message
    if detail := record.fields.get("reason") or record.fields.get("detail"):
        text = f"{text} ({detail})"
    where = raised_at([stack]) if isinstance(stack, str) else None
    return f"{text} — {where}" if where else text


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
    body = answer.get("body")
    if isinstance(body, dict):
        body = body.get("error") or body.get("message")
    return body if isinstance(body, str) else None


def _slow(cause: Cause) -> str | None:
    """Return which run was slow, and which of its calls took most of the time."""
    slow = [
        run
        for run in cause.invocations
        if (run.duration_ms or 0) > (SLOW_COLD_MS if run.cold else SLOW_MS)
    ]
    if not slow:
        return None
    run = max(slow, key=lambda run: run.duration_ms or 0)
    text = f"{run.function} took {(run.duration_ms or 0) / 1000:.1f} s"
    text += " (cold start)" if run.cold else ""
    call = max(run.calls, key=lambda call: call.duration_ms, default=None)
    if call and call.duration_ms * 2 > (run.duration_ms or 0):
        text += f", {call.service} {call.operation} {call.duration_ms / 1000:.1f} s of it"
    return text
