"""Prints a cause and its chain for people: a tree of functions, their calls, and what followed."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ops.events import tracebacks
from ops.events.model import Call, Cause, DeadLetter, Failure, Invocation, LogRecord, Outcome
from ops.terminal import printable

_RESET, _BOLD, _DIM = "\033[0m", "\033[1m", "\033[2m"
_RED, _GREEN, _YELLOW, _CYAN = "\033[31m", "\033[32m", "\033[33m", "\033[36m"
_COLOURS: dict[Outcome, str] = {
    "running": _CYAN,
    "ok": _GREEN,
    "failed": _RED,
    "denied": _RED,
    "rejected": _YELLOW,
    "dead_letter": _RED,
}
_LOUD = {"WARNING", "ERROR", "CRITICAL", "FATAL"}
_REFUSED = 400


def summary(cause: Cause, *, colour: bool = False) -> str:
    """Return one line: when, how it ended, what began, how long it took, which functions ran."""
    functions = dict.fromkeys(run.function for run in cause.invocations)
    parts = [
        _paint(_clock(cause.time), _DIM, colour),
        _paint(cause.outcome.ljust(11), _COLOURS[cause.outcome], colour),
        _paint(printable(cause.title), _BOLD, colour),
        *([_millis(cause.duration_ms)] if cause.duration_ms is not None else []),
        *([_paint(" → ".join(functions), _DIM, colour)] if functions else []),
        _paint(f"({cause.id})", _DIM, colour),
    ]
    return "  ".join(parts)


def chain(cause: Cause, *, colour: bool = False, every_record: bool = False) -> str:
    """Return the summary, and below it what followed, as a tree.

    Of the log records it has warnings and errors; all with ``every_record``.
    """
    tree = _Tree(cause, colour, every_record)
    return "\n".join([summary(cause, colour=colour), *tree.lines()])


class _Tree:
    """The steps of one cause. Each hangs below the call that led to it."""

    def __init__(self, cause: Cause, colour: bool, every_record: bool) -> None:
        self._colour = colour
        self._every_record = every_record
        self._running = cause.outcome == "running"
        calls = {call.id for run in cause.invocations for call in run.calls}
        self._below: dict[str | None, list[Invocation | DeadLetter]] = {}
        steps: list[Invocation | DeadLetter] = [*cause.invocations, *cause.dead_letters]
        for step in sorted(steps, key=lambda step: step.time):
            known = step.follows if step.follows in calls else None
            self._below.setdefault(known, []).append(step)

    def lines(self) -> Iterator[str]:
        """Yield the lines of the tree."""
        yield from self._steps(None, "")

    def _steps(self, call: str | None, margin: str) -> Iterator[str]:
        steps = self._below.pop(call, [])
        for step in steps:
            last = step is steps[-1]
            head, below = ("└─ ", "   ") if last else ("├─ ", "│  ")
            if isinstance(step, DeadLetter):
                yield margin + head + self._dead_letter(step)
            else:
                yield margin + head + self._invocation(step)
                yield from self._inside(step, margin + below)

    def _inside(self, run: Invocation, margin: str) -> Iterator[str]:
        """Yield what is below an invocation: its error, its warnings, its calls."""
        if run.failure:
            yield from (margin + self._paint(line, _RED) for line in _lines_of(run.failure))
        for record in run.logs:
            loud = record.level in _LOUD
            if self._every_record or (loud and not run.failure):
                yield margin + self._paint(_record(record), _YELLOW if loud else "")
        for call in run.calls:
            last = call is run.calls[-1]
            yield margin + ("└─ " if last else "├─ ") + self._call(call)
            yield from self._steps(call.id, margin + ("   " if last else "│  "))

    def _invocation(self, run: Invocation) -> str:
        unknown = "running" if self._running else ""  # logs in AWS may not tell a duration
        notes = [
            unknown if run.duration_ms is None else _millis(run.duration_ms),
            "cold" if run.cold else "",
            f"attempt {run.attempt}" if run.attempt > 1 else "",
            f"in a batch of {run.batch}" if run.batch > 1 else "",
            "this record failed" if run.failed_items else "",
        ]
        shown = self._paint(printable(run.function), _BOLD)
        return "  ".join([shown, *(note for note in notes if note)])

    def _call(self, call: Call) -> str:
        words = [f"{call.service} {call.operation}", printable(call.resource or "")]
        text = "  ".join([*(word for word in words if word), _millis(call.duration_ms)])
        if call.denied:
            text += f"  denied: {call.denied.action} on {printable(call.denied.resource)}"
            text += f", which {call.denied.grant} allows" if call.denied.grant else ""
        elif call.status >= _REFUSED or call.error:
            text = f"{text}  {call.status} {printable(call.error or '')}".rstrip()
        if call.denied or call.status >= _REFUSED or call.error:
            text += f": {printable(call.hint)}" if call.hint else ""
            return self._paint(text, _RED)
        return text

    def _dead_letter(self, letter: DeadLetter) -> str:
        why = f": {printable(letter.reason)}" if letter.reason else ""
        return self._paint(f"dead letter in {printable(letter.queue)}{why}", _RED)

    def _paint(self, text: str, colour: str) -> str:
        return _paint(text, colour, self._colour)


def _lines_of(failure: Failure) -> list[str]:
    """Return an error, and the line of code that raised it."""
    message = f": {printable(failure.message)}" if failure.message else ""
    where, first = tracebacks.raised_at(failure.stack), tracebacks.first_raised(failure.stack)
    return [
        f"{printable(failure.type)}{message}",
        *([printable(f"  at {where}")] if where else []),
        *([printable(f"  caused by {first}")] if first else []),
    ]


def _record(record: LogRecord) -> str:
    fields = " ".join(
        f"{name}={value}"
        for name, value in record.fields.items()
        if (name, value) != ("outcome", record.message)
    )
    return printable(f"{record.level} {record.message} {fields}".rstrip())


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%H:%M:%S.%f")[:-3]


def _millis(duration: float) -> str:
    return f"{duration:.0f} ms"


def _paint(text: str, colour: str, wanted: bool) -> str:
    return f"{colour}{text}{_RESET}" if wanted and colour else text
