"""Reports where a slow run spent its time: in calls to AWS, or in the function's own code.

A run that a caller waits for also counts as slow if it makes the same call again and again.
"""

from collections import Counter

from ops.events.model import Cause, Invocation

SLOW_MS = 1_000
"""A run that takes longer is marked; a cold start may take more."""

SLOW_COLD_MS = 3_000

MANY_CALLS = 20
"""A request's run with as many equal calls, such as one for each item of a list, is marked."""


def slow_of(cause: Cause) -> str | None:
    """Return which run was slow, its slowest call, and the time that it was in no call."""
    slow = [
        run
        for run in cause.invocations
        if (run.duration_ms or 0) > (SLOW_COLD_MS if run.cold else SLOW_MS)
    ]
    if not slow:
        return _repeats(cause)
    run = max(slow, key=lambda run: run.duration_ms or 0)
    text = f"{run.function} took {_seconds(run.duration_ms or 0)}"
    text += " (cold start)" if run.cold else ""
    call = max(run.calls, key=lambda call: call.duration_ms, default=None)
    if call is None:
        return f"{text}; it called nothing of AWS"
    named = " ".join(filter(None, (call.service, call.operation, call.resource)))
    return (
        f"{text}; its slowest call, {named}, took {_seconds(call.duration_ms)}; "
        f"{_seconds(_outside(run))} were in no call: "
        f"{'its start and its own code' if run.cold else 'its own code'}"
    )


def _repeats(cause: Cause) -> str | None:
    """Return which call a request's run made again and again, if one did."""
    for run in cause.invocations if cause.kind == "request" else ():
        calls = Counter((call.service, call.operation, call.resource) for call in run.calls)
        many = [(named, count) for named, count in calls.most_common() if count >= MANY_CALLS]
        if many:
            repeated = ", ".join(f"{' '.join(filter(None, n))} {count} times" for n, count in many)
            return f"{run.function} took {_seconds(run.duration_ms or 0)} and called {repeated}"
    return None


def _outside(run: Invocation) -> float:
    """Return the milliseconds in which a run waited for no call; calls may overlap."""
    inside, until = 0.0, 0.0
    for begin, end in sorted((1000 * c.time, 1000 * c.time + c.duration_ms) for c in run.calls):
        inside += max(0.0, end - max(begin, until))
        until = max(until, end)
    return max(0.0, (run.duration_ms or 0) - inside)


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.1f} s" if ms >= SLOW_MS else f"{ms:.0f} ms"
