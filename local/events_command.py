"""``app events``: prints what happened in the local cloud, and follows it."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from local.errors import LocalError
from local.history import search
from local.history.store import History
from local.state import StateDirectory
from ops.events.model import Cause
from ops.events.text import chain, summary
from ops.terminal import reader_has_gone, wants_colour

_POLL_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which causes are printed; None: any."""

    function: str | None = None
    outcome: str | None = None
    text: str | None = None
    since: float | None = None

    def matches(self, cause: Cause) -> bool:
        """Return True if a cause is one of them."""
        return (
            (self.function is None or any(r.function == self.function for r in cause.invocations))
            and self.outcome in (None, cause.outcome)
            and (self.since is None or cause.time >= self.since)
            and (self.text is None or search.holds(self.text, _json(cause)))
        )


def events(
    directory: StateDirectory,
    *,
    cause: str | None,
    as_json: bool,
    follow: bool,
    wanted: Filter,
    limit: int,
) -> int:
    """Print causes, the oldest first; with an id, one cause and all that followed from it.

    Raises:
        LocalError: there is no such cause, or nothing runs that could be followed.
    """
    if follow:
        directory.load()
    directory.path.mkdir(mode=0o700, exist_ok=True)
    history = History(directory.history)
    after = history.sequence()
    if cause is not None:
        found = history.cause(cause)
        if found is None:
            raise LocalError(f"There is no cause {cause!r}. List them: app events")
        print(_json(found) if as_json else chain(found, colour=wants_colour(sys.stdout)))
        return 0
    causes = history.causes(
        limit=limit,
        function=wanted.function,
        outcome=wanted.outcome,
        text=wanted.text,
        since=wanted.since,
    )
    printer = _Printer(as_json)
    for found in reversed(causes):
        printer.print(found)
    try:
        for changed in _changes(history, after, directory) if follow else ():
            if wanted.matches(changed):
                printer.print(changed)
    except KeyboardInterrupt:
        return 0
    if follow and not directory.locked():
        print("The local cloud was stopped.", file=sys.stderr)
    elif not causes and not follow:
        nothing = "Nothing has happened yet. Start the local cloud: app up"
        print(nothing if wanted == Filter() else "No cause matches.", file=sys.stderr)
    return 0


class _Printer:
    """Prints causes: as JSON each change, for people only what they would see change."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._colour = wants_colour(sys.stdout)
        self._printed: dict[str, str] = {}

    def print(self, cause: Cause) -> None:
        """Print a cause in one line."""
        text = _json(cause) if self._as_json else summary(cause, colour=self._colour)
        functions = " ".join(run.function for run in cause.invocations)
        seen = text if self._as_json else f"{cause.outcome} {functions}"
        if self._printed.get(cause.id) != seen:
            self._printed[cause.id] = seen
            print(text, flush=True)


def _changes(history: History, after: int, directory: StateDirectory) -> Iterator[Cause]:
    while directory.locked() and not reader_has_gone():
        changes = history.changes(after)
        yield from changes.causes
        after = changes.sequence
        if not changes.causes:
            time.sleep(_POLL_SECONDS)


def _json(cause: Cause) -> str:
    return msgspec.json.encode(cause).decode()
