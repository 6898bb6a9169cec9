"""Summarizes a cause as a row of the list."""

from msgspec import Struct

from local.server.console.reasons import reason_of
from local.server.console.slow import slow_of
from ops.events.model import Cause

_LONGEST = 400


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
    last: float | None
    status: int | None
    reason: str | None
    slow: str | None


def row(cause: Cause, root: str | None = None) -> Row:
    """Return the row of a cause; the project's folder, ``root``, is left out of paths."""
    answer = cause.answer if isinstance(cause.answer, dict) else {}
    reason = reason_of(cause)
    if reason and root:
        reason = reason.replace(f"{root}/", "")
    attempts = max([run.attempt for run in cause.invocations], default=1)
    return Row(
        id=cause.id,
        kind=cause.kind,
        title=cause.title,
        time=cause.time,
        outcome=cause.outcome,
        duration_ms=cause.duration_ms,
        functions=list(dict.fromkeys(run.function for run in cause.invocations)),
        cold=any(run.cold for run in cause.invocations),
        attempts=attempts,
        last=max(run.time for run in cause.invocations) if attempts > 1 else None,
        status=answer.get("status") if cause.kind == "request" else None,
        reason=reason[:_LONGEST] if reason else None,
        slow=slow_of(cause),
    )
