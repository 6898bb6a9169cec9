"""Failures that need attention: dead letters, rejected files, stuck queues and streams, alarms."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.errors import LocalError
from local.server.console import alarms, stored, streams
from local.server.console.rows import row
from local.server.console.stage import Stage
from ops.errors import OpsError
from ops.events.model import Cause
from ops.redrive import command as redriving

_REJECTED = "rejected/"
_REASON = "reason.json"
_MOST_REASONS = 50
_MOST_CAUSES = 500
_MOST_POISON = 5
_OLD_SECONDS = 30
"""A message that waits for longer is stuck, or its consumer is too slow."""


def failures(stage: Stage) -> dict[str, Any]:
    """Return all failures, each with the id of its cause if the history has it."""
    queues = stored.queues(stage)
    lags = streams.lags(stage.settings)
    recent = stage.history.causes(limit=_MOST_CAUSES)
    return {
        "dead_letters": _dead_letters(queues, recent, stage.settings.root),
        "rejected": _rejected(stage, recent),
        "stuck": [*stuck_streams(lags, recent), *_queues(queues, recent)],
        "alarms": alarms.firing(stage, queues, lags, recent),
        "over": [schedule for schedule in stored.schedules(stage) if schedule["over"]],
    }


def redrive(stage: Stage, queue: str) -> dict[str, Any]:
    """Process the messages of a dead-letter queue again; return how many it held, and holds now.

    ``kept``: whether some could not be sent back. Those that fail once more return to the queue.

    Raises:
        LocalError: there is no such queue, or it could not be read.
    """

    def held() -> int:
        found = [q for q in stored.queues(stage) if q["name"] == queue]
        return sum(len(q["messages"]) for q in found)

    before = held()
    try:
        kept = redriving.run(
            stage.settings.outputs,
            stage.client,
            queue=queue,
            dry_run=False,
            limit=None,
            show=False,
        )
    except (OpsError, ClientError, BotoCoreError) as error:
        raise LocalError(str(error)) from None
    return {"before": before, "kept": bool(kept), "after": held()}


def _dead_letters(
    queues: list[dict[str, Any]], recent: list[Cause], root: str
) -> list[dict[str, Any]]:
    causes = {letter.id: (cause, letter) for cause in recent for letter in cause.dead_letters}
    found = []
    for queue in queues:
        if queue["dead_letters"] and queue["messages"]:
            letters = []
            for message in queue["messages"]:
                cause, letter = causes.get(message["id"], (None, None))
                reason = row(cause, root).reason if cause else None
                letters.append(
                    {
                        "id": message["id"],
                        "sent": message["sent"],
                        "body": message["body"],
                        "cause": cause.id if cause else None,
                        "title": cause.title if cause else None,
                        "reason": reason or (letter.reason if letter else None),
                    }
                )
            found.append({"queue": queue["name"], "letters": letters})
    return found


def _rejected(stage: Stage, recent: list[Cause]) -> list[dict[str, Any]]:
    """Return the files that process-upload rejected, with the reason that it wrote."""
    if not stage.settings.outputs.get("s3_bucket_name"):
        return []
    causes: dict[str, str] = {}
    for cause in recent:
        for run in cause.invocations:
            for call in run.calls:
                causes.setdefault((call.resource or "").partition("/")[2], cause.id)
    found = []
    reasons = [f for f in stored.files(stage) if f["key"].startswith(_REJECTED)]
    for item in [f for f in reasons if Path(f["key"]).name == _REASON][:_MOST_REASONS]:
        content = stored.file(stage, item["key"])
        found.append(
            {
                "key": item["key"].removesuffix(f"/{_REASON}"),
                "modified": item["modified"],
                "reason": content[0].decode(errors="replace") if content else "",
                "cause": causes.get(item["key"]),
            }
        )
    return found


def stuck_streams(lags: Iterable[streams.Lag], recent: list[Cause]) -> list[dict[str, Any]]:
    """Return the streams whose records wait long or fail, each with its causes."""
    return [
        {
            "what": f"stream of {lag.table}",
            "function": lag.function,
            "waiting": lag.waiting,
            "age": lag.age,
            "result": lag.result,
            **_poison(lag.function, recent),
        }
        for lag in lags
        if lag.waiting and (lag.age > _OLD_SECONDS or lag.failing)
    ]


def _poison(function: str, recent: list[Cause]) -> dict[str, Any]:
    """Return the causes of the batch that failed last: of one record if it is known which."""
    tried = [
        (run, cause) for cause in recent for run in cause.invocations if run.function == function
    ]
    if not tried:
        return {"causes": [], "batch": 0}
    last = max(tried, key=lambda each: each[0].time)[0]
    batch = [(run, cause) for run, cause in tried if run.id == last.id]
    named = [(run, cause) for run, cause in batch if run.failed_items]
    found = [{"id": cause.id, "title": cause.title} for _, cause in named or batch]
    return {"causes": found[:_MOST_POISON], "batch": 1 if named else last.batch}


def _queues(queues: list[dict[str, Any]], recent: list[Cause]) -> list[dict[str, Any]]:
    found = []
    now = time.time()
    for queue in queues:
        old = [m for m in queue["messages"] if m["age"] > _OLD_SECONDS]
        tried = [m for m in queue["messages"] if m["receives"] > 1]
        if queue["dead_letters"] or not (old or tried):
            continue
        later = max([m["visible_at"] - now for m in tried], default=0)
        found.append(
            {
                "what": f"queue {queue['name']}",
                "function": None,
                "waiting": len(queue["messages"]),
                "age": max(m["age"] for m in queue["messages"]),
                "result": f"received {max(m['receives'] for m in queue['messages'])} times"
                + (f"; tried again in {later:.0f} s" if later > 0 else ""),
                "causes": [
                    {"id": cause.id, "title": cause.title}
                    for cause in recent
                    if _messages_of(cause) & {message["id"] for message in tried or old}
                ][:_MOST_POISON],
                "batch": 1,
            }
        )
    return found


def _messages_of(cause: Cause) -> set[str]:
    events = [run.event for run in cause.invocations if isinstance(run.event, dict)]
    return {
        str(record.get("messageId"))
        for event in events
        for record in event.get("Records") or []
        if isinstance(record, dict)
    }
