"""One cause while things still follow from it, and how it has ended so far."""

from dataclasses import dataclass, field
from typing import Any

from local.history import payload
from local.history.items import Item
from ops.events.model import Call, Cause, DeadLetter, Failure, Invocation, LogRecord, Outcome

_WORST: tuple[Outcome, ...] = ("dead_letter", "rejected", "denied", "failed")
_MOST_ATTEMPTS = 12
"""Attempts that are kept of one function at one event: the first one and the latest."""


@dataclass(eq=False)
class Run:
    """One invocation, which several causes may share.

    ``items`` are the messages or the stream's records in its event.
    """

    id: str
    function: str
    time: float
    event: Any
    items: dict[str, Item] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    duration_ms: float | None = None
    cold: bool | None = None
    answer: Any = None
    failure: Failure | None = None
    failed_items: set[str] = field(default_factory=set)
    logs: list[LogRecord] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    rejects: bool = False
    causes: dict["LiveCause", None] = field(default_factory=dict)
    marks: dict["LiveCause", set[str]] = field(default_factory=dict)
    """Texts that distinguish the records of one cause from the others of the batch."""

    def belongs_to(self, text: str) -> list["LiveCause"]:
        """Return the causes whose records a text names; all causes, if it names none of them."""
        named = [
            live for live in self.causes if any(mark in text for mark in self.marks.get(live, ()))
        ]
        return named or list(self.causes)

    def failed_of(self, items: set[str]) -> list[str]:
        """Return the failed ids among some items; all, if the whole event is meant."""
        meant = self.failed_items & (items & set(self.items) or set(self.items))
        return sorted(self.items[item].id for item in meant)

    def event_of(self, items: set[str]) -> Any:
        """Return the event; of a batch, with the records of one cause only."""
        records = [found.record for item, found in self.items.items() if item in items]
        return payload.of_value({"Records": records}) if records else self.event

    def verdict(self, item: str) -> Outcome:
        """Return how it ended for one item of its event."""
        if self.duration_ms is None:
            return "running"
        if any(call.denied for call in self.calls):
            return "denied"
        if self.failure or self.failed_of({item}):
            return "failed"
        return "rejected" if self.rejects else "ok"


@dataclass(eq=False)
class _Step:
    run: Run
    follows: str | None
    items: set[str]
    attempt: int
    event: Any = None


@dataclass(eq=False)
class LiveCause:
    """A cause, its steps so far, and whether the history has it already."""

    cause: Cause
    steps: list[_Step] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    answered: Outcome = "running"
    saved: bool = False

    def add(self, run: Run, follows: str | None, items: set[str]) -> None:
        """Add a step for some items; it is a further attempt if the function had them before."""
        for step in self.steps:
            if step.run is run:
                step.items |= items
                step.event = None
                return
        before = [
            step for step in self.steps if step.run.function == run.function and step.items & items
        ]
        attempt = max((step.attempt for step in before), default=0) + 1
        self.steps.append(_Step(run, follows, items, attempt))
        if len(before) >= _MOST_ATTEMPTS:
            self.steps.remove(before[1])

    def outcome(self) -> Outcome:
        """Return the worst outcome among the answer, the last attempts and the dead letters."""
        last = {
            (step.run.function, item): step.run.verdict(item)
            for step in self.steps
            for item in step.items
        }
        found = {*last.values(), self.answered, *(["dead_letter"] if self.dead_letters else [])}
        for outcome in _WORST:
            if outcome in found:
                return outcome
        return "running" if "running" in found else "ok"

    def last_failure(self, item: str) -> str | None:
        """Return the error of the last attempt at an item."""
        for step in reversed(self.steps):
            if item in step.items and step.run.failure:
                failure = step.run.failure
                return f"{failure.type}: {failure.message}" if failure.message else failure.type
        return None

    def current(self) -> Cause:
        """Return the cause as it is now."""
        cause = self.cause
        cause.invocations = [_invocation(step) for step in self.steps]
        cause.dead_letters = self.dead_letters
        cause.outcome = self.outcome()
        ends = [
            run.time + run.duration_ms / 1000
            for run in (step.run for step in self.steps)
            if run.duration_ms is not None
        ]
        if cause.kind != "request" and ends:
            cause.duration_ms = round((max(ends) - cause.time) * 1000, 2)
        return cause


def _invocation(step: _Step) -> Invocation:
    run = step.run
    if step.event is None:
        step.event = run.event_of(step.items)
    return Invocation(
        id=run.id,
        function=run.function,
        time=run.time,
        duration_ms=run.duration_ms,
        cold=run.cold,
        attempt=step.attempt,
        batch=max(1, len(run.items)),
        follows=step.follows,
        event=step.event,
        answer=run.answer,
        failure=run.failure,
        failed_items=run.failed_of(step.items),
        logs=run.logs,
        calls=sorted(run.calls, key=lambda call: call.time),
    )
