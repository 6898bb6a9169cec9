"""Finds which of the stack's alarms would fire: the emulator stores alarms, but no metrics.

The values come from the history and from the content of queues and streams.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from local.server.console.stage import Stage
from local.server.console.streams import Lag
from ops.events.model import Cause, Invocation

_SERVER_ERROR = 500
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
}
Value = tuple[float, str | None]
"""A metric's value, and the id of a cause that explains it."""


def firing(
    stage: Stage, queues: Sequence[dict[str, Any]], lags: Sequence[Lag], recent: Sequence[Cause]
) -> list[dict[str, Any]]:
    """Return the alarms whose threshold the last evaluation periods exceed."""
    settings = stage.settings
    found = []
    for page in stage.client("cloudwatch").get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            exceeds = _COMPARISONS.get(alarm.get("ComparisonOperator", ""))
            given = {part["Name"]: part["Value"] for part in alarm.get("Dimensions", [])}
            about = settings.name(given.get("FunctionName") or given.get("QueueName", ""))
            begin = time.time() - alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1)
            window = [cause for cause in recent if cause.time >= begin]
            metric = alarm.get("MetricName", "")
            outcome = given.get("Outcome")
            value = (
                _outcomes(window, metric, outcome)
                if outcome
                else _value(metric, about, window, queues, lags)
            )
            if value and exceeds and exceeds(value[0], alarm["Threshold"]):
                found.append(
                    {
                        "name": settings.name(alarm["AlarmName"]),
                        "description": alarm.get("AlarmDescription", ""),
                        "value": value[0],
                        "threshold": alarm["Threshold"],
                        "metric": metric,
                        "cause": value[1],
                    }
                )
    return found


def _value(
    metric: str,
    about: str,
    window: Sequence[Cause],
    queues: Sequence[dict[str, Any]],
    lags: Sequence[Lag],
) -> Value | None:
    runs = [(cause, run) for cause in window for run in cause.invocations if run.function == about]
    messages = [m for queue in queues if queue["name"] == about for m in queue["messages"]]
    match metric:
        case "Errors":
            failed = [(cause, run) for cause, run in runs if run.failure]
            return float(len({run.id for _, run in failed})), failed[0][0].id if failed else None
        case "Duration":
            if not runs:
                return None
            cause, run = max(runs, key=lambda each: each[1].duration_ms or 0)
            return run.duration_ms or 0, cause.id
        case "5XXError":
            bad = [
                cause
                for cause in window
                if cause.kind == "request" and _status(cause) >= _SERVER_ERROR
            ]
            return float(len(bad)), bad[0].id if bad else None
        case "ApproximateNumberOfMessagesVisible":
            return float(len(messages)), _letter(window, messages)
        case "ApproximateAgeOfOldestMessage":
            return max([m["age"] for m in messages], default=0.0), None
        case "IteratorAge":
            return max([lag.age for lag in lags if lag.function == about], default=0.0) * 1000, None
    return None


def _outcomes(window: Sequence[Cause], function: str, outcome: str) -> Value:
    """Return how many log records have an outcome: the metric filters count these."""
    found = [
        (cause, run)
        for cause in window
        for run in cause.invocations
        if run.function == function and _has(run, outcome)
    ]
    return float(len({run.id for _, run in found})), found[0][0].id if found else None


def _has(run: Invocation, outcome: str) -> bool:
    return any(record.fields.get("outcome") == outcome for record in run.logs)


def _letter(window: Sequence[Cause], messages: Sequence[dict[str, Any]]) -> str | None:
    ids = {message["id"] for message in messages}
    return next(
        (c.id for c in window for letter in c.dead_letters if letter.id in ids),
        None,
    )


def _status(cause: Cause) -> int:
    """Return the status that the API answered; 0 if the cause is not a request."""
    answer = cause.answer if cause.kind == "request" else None
    status = answer.get("status") if isinstance(answer, dict) else None
    return status if isinstance(status, int) else 0
