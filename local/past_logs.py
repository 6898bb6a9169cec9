"""Finds the functions' logs of local clouds that have ended, in the history."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from local.history.store import History
from local.logs import Invocation
from local.uploads import digest_of
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
    keys = {digest: key for run in runs.values() for digest, key in _uploads(run.event)}
    chosen = [run for run in runs.values() if function in (None, run.function)]
    return [_log(run, keys) for run in sorted(chosen, key=lambda run: run.time)]


def _uploads(event: Any) -> Iterator[tuple[str, str]]:
    """Yield the digest and the key of each file that an event of S3 is about."""
    records = event.get("Records") if isinstance(event, dict) else None
    for record in records if isinstance(records, list) else ():
        with contextlib.suppress(KeyError, TypeError):  # of another service, or sent by hand
            key = unquote_plus(record["s3"]["object"]["key"])
            yield digest_of(key), key


def _log(run: Run, keys: Mapping[str, str]) -> Invocation:
    """Return a run's log as the emulator writes it, with keys in place of their digests."""
    milliseconds = run.duration_ms or 0
    lines = [_line(record, keys) for record in run.logs]
    lines.append(f"REPORT RequestId: {run.id}\tDuration: {milliseconds:.0f} ms")
    return Invocation(run.function, int(run.time * 1000 + milliseconds), tuple(lines))


def _line(record: LogRecord, keys: Mapping[str, str]) -> str:
    if not record.level:  # it was printed
        return record.message
    moment = datetime.fromtimestamp(record.time, UTC).isoformat()
    fields: dict[str, Any] = {"timestamp": moment, "level": record.level, "message": record.message}
    fields |= record.fields
    if "upload" in fields:
        fields["upload"] = keys.get(str(fields["upload"]), fields["upload"])
    if "stack" in fields and "error" not in fields:  # logged by the runtime
        kind, _, text = record.message.partition(": ")
        fields |= {"errorType": kind, "errorMessage": text, "stackTrace": [fields.pop("stack")]}
    return json.dumps(fields)
