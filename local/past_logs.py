"""Finds the functions' logs of local clouds that have ended, in the history."""

import json
from datetime import UTC, datetime
from pathlib import Path

from local.history.store import History
from local.logs import Invocation
from ops.events.model import Invocation as Run
from ops.events.model import LogRecord

_MOST_CAUSES = 500


def read(history: Path, function: str | None) -> list[Invocation]:
    """Return the logs of what the newest causes led to, the oldest first.

    ``function``: only those of this function.
    """
    if not history.exists():
        return []
    opened = History(history)
    causes = opened.causes(limit=_MOST_CAUSES, function=function)
    opened.close()
    # A batch belongs to the causes of all its records.
    runs = {run.id: run for cause in causes for run in cause.invocations}
    chosen = [run for run in runs.values() if function in (None, run.function)]
    return [_log(run) for run in sorted(chosen, key=lambda run: run.time)]


def _log(run: Run) -> Invocation:
    """Return a run's log as the emulator writes it."""
    milliseconds = run.duration_ms or 0
    lines = [_line(record) for record in run.logs]
    lines.append(f"REPORT RequestId: {run.id}\tDuration: {milliseconds:.0f} ms")
    return Invocation(run.function, int(run.time * 1000 + milliseconds), tuple(lines))


def _line(record: LogRecord) -> str:
    if not record.level:  # it was printed
        return record.message
    moment = datetime.fromtimestamp(record.time, UTC).isoformat()
    standard_fields = {"timestamp": moment, "level": record.level, "message": record.message}
    return json.dumps(standard_fields | record.fields)
