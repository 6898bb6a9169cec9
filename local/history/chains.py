"""Makes causes and their chains from the facts that the emulator's process reports.

Facts may come in another order than they happened: a message may be received before its sending
has been answered. What cannot be placed yet waits for a moment.
"""

from collections import OrderedDict
from collections.abc import Iterable

from local.history import calls, payload
from local.history.facts import Began, Ended, Exchange, Fact, Linked, Lost, Origin
from local.history.items import Begun, begun, failed_in, items_of, schedule_in
from local.history.live_cause import LiveCause, Run
from local.history.log_records import failure, logged_failure, records
from local.history.origins import Origins
from local.history.program import Program
from ops.events.model import Cause, DeadLetter

_MOST_RUNS = 1_000
_MOST_ATTEMPTS = 2_000
_PATIENCE_SECONDS = 1.5
_SERVER_ERROR = 500
_REJECTED = "rejected/"


class Chains:
    """The causes that may still grow; ``take`` facts, then ask for what has ``changed``."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._attempts: OrderedDict[tuple[str, str], dict[LiveCause, str | None]] = OrderedDict()
        """By a function and an item: the causes to which the next attempt belongs, too."""
        self._origins = Origins()
        self._waiting: dict[str, tuple[float, Run]] = {}
        self._dirty: dict[LiveCause, None] = {}

    def take(self, fact: Fact) -> None:
        """Process one fact."""
        match fact:
            case Began():
                self._begin(fact)
            case Ended():
                self._end(fact)
            case Exchange():
                self._exchange(fact)
            case Linked():
                self._origins.link(fact)
                if fact.item in self._waiting:
                    self._follow_items(self._waiting.pop(fact.item)[1], [fact.item])
            case Lost():
                self._lose(fact)

    def settle(self, now: float) -> None:
        """Turn facts that waited long enough into causes of their own: their origin is unknown."""
        for item, (since, run) in list(self._waiting.items()):
            if now - since > _PATIENCE_SECONDS:
                del self._waiting[item]
                cause = self._origins.unknown(
                    item, run.time, self._begun_by(run, item), self.program
                )
                self._attach(run, cause, None, {item})

    def changed(self) -> tuple[list[Cause], list[Cause]]:
        """Return new causes, and those that changed, since the last time."""
        new: list[Cause] = []
        old: list[Cause] = []
        for live in self._dirty:
            (old if live.saved else new).append(live.current())
            live.saved = True
        self._dirty.clear()
        return new, old

    def _begin(self, fact: Began) -> None:
        items = items_of(fact.event)
        whole = fact.origin or not items  # a batch is kept by its records
        event = payload.of_value(payload.without_secrets(fact.event)) if whole else None
        function = self.program.name(fact.function)
        run = Run(fact.run, function, fact.time, event, items, fact.variables)
        self._runs[run.id] = run
        while len(self._runs) > _MOST_RUNS:
            self._runs.popitem(last=False)
        if fact.origin:
            self._follow(run, fact.origin, {fact.origin.key}, self._begun(fact, function))
        elif run.items:
            self._follow_items(run, run.items)
        else:
            live = self._origins.out_of_nowhere(run)
            if route := _socket_route(fact.event):
                live.cause.title = f"WebSocket {route}"
            self._attach(run, live, None, {run.id})

    def _begun(self, fact: Began, function: str) -> Begun:
        """Return the cause that an invocation is, unless it follows from another one."""
        origin, event = fact.origin, fact.event
        if origin and origin.schedule:
            return Begun(fact.run, "schedule", self.program.name(origin.schedule))
        if origin and origin.invoke:
            name = self.program.name(schedule_in(event) or "")
            if name in self.program.names.values():
                return Begun(fact.run, "schedule", f"{name}, run by hand")
            event = None  # it may be a sample, with the ids of another request
        if origin and origin.request:
            return Begun(origin.request, "request", "POST /graphql")
        return begun(event, fact.run, function)

    def _follow_items(self, run: Run, items: Iterable[str]) -> None:
        for item in items:
            origin = self._origins.of_item(item)
            known = self._attempts.get((run.function, item))
            if known:  # a further attempt
                for live, follows in known.items():
                    self._attach(run, live, follows, {item})
            elif origin is None:
                self._waiting[item] = (run.time, run)
            else:
                self._follow(run, origin, {item}, self._begun_by(run, item))

    def _begun_by(self, run: Run, item: str) -> Begun:
        if item.startswith("message:"):
            return Begun(run.items[item].id, "message", f"Message for {run.function}")
        return Begun(item.partition(":")[2], "write", f"Write for {run.function}")

    def _follow(self, run: Run, origin: Origin, items: set[str], new: Begun) -> None:
        """Put an invocation below what led to it: if that was a person, below the cause ``new``."""
        before = self._runs.get(origin.run) if origin.run else None
        if origin.run and before is None:  # too long ago
            self._attach(run, self._origins.out_of_nowhere(run), None, items)
            return
        if before is None:
            item = next((item for item in items if item.startswith("message:")), None)
            live = self._origins.cause(origin, new, self.program, item)
            self._attach(run, live, None, items)
            return
        for item in items:
            for live in before.belongs_to(self._origins.text_of(item)):
                self._attach(run, live, origin.key, {item})

    def _attach(self, run: Run, live: LiveCause, follows: str | None, items: set[str]) -> None:
        live.add(run, follows, items)
        run.causes[live] = None
        for item in items:
            if found := run.items.get(item):
                run.marks.setdefault(live, set()).update(found.marks)
            attempt = run.function, item
            self._attempts.setdefault(attempt, {})[live] = follows
            self._attempts.move_to_end(attempt)
        while len(self._attempts) > _MOST_ATTEMPTS:
            self._attempts.popitem(last=False)
        self._dirty[live] = None

    def _end(self, fact: Ended) -> None:
        run = self._runs.get(fact.run)
        if run is None:
            return
        text, answer = fact.result.get("log") or "", fact.result.get("body")
        run.duration_ms = round((fact.time - run.time) * 1000, 2)
        run.cold = fact.cold
        run.logs = records(text, fact.time)
        run.failure = failure(text, fact.result, run.logs)
        if run.failure is None:
            run.answer = payload.of_value(answer)
            status = answer.get("statusCode") if isinstance(answer, dict) else None
            if isinstance(status, int) and status >= _SERVER_ERROR:
                run.failure = logged_failure(run.logs)
        failed = failed_in(answer)
        run.failed_items = {item for item, found in run.items.items() if found.id in failed}
        self._touch(run)

    def _exchange(self, fact: Exchange) -> None:
        origin = fact.origin
        run = self._runs.get(origin.run) if origin.run else None
        if run is not None:
            call = calls.call_of(fact, self.program, run.function, run.variables)
            run.calls.append(call)
            run.rejects = run.rejects or calls.is_put(call, _REJECTED)
            self._touch(run)
        elif origin.run is None:
            for live in self._origins.answer(fact, self.program):
                self._dirty[live] = None

    def _lose(self, fact: Lost) -> None:
        lost_items = [(item, self._origins.of_item(item)) for item in fact.items]
        if fact.origin:
            lost_items.append((fact.origin.key, fact.origin))
        for item, origin in lost_items:
            if origin is None:
                continue
            before = self._runs.get(origin.run) if origin.run else None
            text = self._origins.text_of(item)
            found = before.belongs_to(text) if before else self._origins.known(origin, item)
            for live in found:
                queue = self.program.name(fact.queue)
                follows, reason = (origin.key if before else None), live.last_failure(item)
                live.dead_letters.append(DeadLetter(fact.id, fact.time, queue, follows, reason))
                self._dirty[live] = None

    def _touch(self, run: Run) -> None:
        for live in run.causes:
            self._dirty[live] = None


def _socket_route(event: object) -> str | None:
    """Return the key of the WebSocket API's route that an event is of; None for other events."""
    match event:
        case {"requestContext": {"routeKey": str(route), "connectionId": str()}}:
            return route
    return None
