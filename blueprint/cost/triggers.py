"""How often each function is invoked, and for how long, by the triggers that a program declares."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from blueprint.cost.traffic import Traffic
from blueprint.cost.usage import DAYS, HOURS
from blueprint.recording import Recorded, Recorder

DURATION_MS = {
    "read": 10,
    "write": 25,
    "stream": 25,
    "queue": 100,
    "socket": 25,
    "bucket": 1_500,
    "schedule": 1_000,
    "step": 100,
    "field": 15,
}
"""Assumed duration of one invocation by its trigger: warm, and mostly waiting for AWS."""

SOCKET_EVENTS = 3
"""Of one upload on a WebSocket: connected, subscribed, disconnected."""

CHANGES_OF_AN_UPLOAD = 2
"""In work, and done: each is told to one subscriber."""

QUERIES = 0.1
"""Assumed number of GraphQL queries for each request to the REST API."""

BATCHES_OF_A_QUERY = 2
"""Invocations of one query: of a field at the top, and of one below it."""

ERASED = 0.01
"""Assumed number of a state machine's executions in a month, for each user that is created."""

_READS = {"GET", "HEAD", "OPTIONS"}
_UNITS = {"minute": 60 * HOURS, "hour": HOURS, "day": DAYS}


@dataclass(frozen=True)
class Load:
    """A function's invocations in a month, and the seconds that they take together."""

    invocations: float = 0
    seconds: float = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(self.invocations + other.invocations, self.seconds + other.seconds)


def loads(recorder: Recorder, traffic: Traffic) -> dict[str, Load]:
    """Return the most load that each function can have: nothing arrives in batches."""
    found = {f.name: Load() for f in recorder.all("aws:lambda/function:Function")}
    for kind, target, times in _calls(recorder, traffic):
        seconds = times * DURATION_MS[kind] / 1_000
        found[_function(recorder, target)] += Load(times, seconds)
    return found


def schedule_runs(recorder: Recorder) -> list[tuple[str, float]]:
    """Return (target, runs in a month) of each schedule."""
    schedules = recorder.all("aws:scheduler/schedule:Schedule")
    return [(s.inputs["target"]["arn"], runs(s.inputs["scheduleExpression"])) for s in schedules]


def runs(expression: str) -> float:
    """Return how often a schedule runs in a month.

    The minutes, hours and days of a cron expression may be a value, ``*`` or a list; a field of
    another form counts as one value.
    """
    if found := re.fullmatch(r"rate\((\d+) (minute|hour|day)s?\)", expression):
        return _UNITS[found[2]] / int(found[1])
    if not expression.startswith("cron("):
        return 1 / 12  # at() runs once
    minutes, hours, day, month, weekday, _year = expression[5:-1].split()
    days = DAYS if {day, weekday} <= {"*", "?"} else _values(day, 1) * _values(weekday, 1)
    months = 1 if month in ("*", "?") else len(month.split(",")) / 12
    return _values(minutes, 60) * _values(hours, 24) * days * months


def _values(field: str, every: int) -> int:
    return every if field in ("*", "?") else len(field.split(","))


def _calls(recorder: Recorder, traffic: Traffic) -> Iterator[tuple[str, str, float]]:
    """Yield (kind of trigger, what it invokes, times in a month)."""
    routes = list(_routes(recorder))
    for kind, requests in (("write", traffic.users), ("read", traffic.requests - traffic.users)):
        targets = [target for route_kind, target in routes if route_kind == kind]
        yield from ((kind, target, requests / len(targets)) for target in targets)
    for mapping in recorder.all("aws:lambda/eventSourceMapping:EventSourceMapping"):
        target = mapping.inputs["functionName"]
        if "startingPosition" not in mapping.inputs:
            yield "queue", target, traffic.sent
        elif _is_ledgers(mapping):
            yield "stream", target, traffic.entries + traffic.emails
        else:
            yield "stream", target, _changes(mapping, traffic)
    for integration in recorder.all("aws:apigatewayv2/integration:Integration"):
        events = traffic.uploads * SOCKET_EVENTS
        yield "socket", integration.inputs["integrationUri"], events
    for notification in recorder.all("aws:s3/bucketNotification:BucketNotification"):
        for function in notification.inputs.get("lambdaFunctions", ()):
            yield "bucket", function["lambdaFunctionArn"], traffic.uploads
    for target, times in schedule_runs(recorder):
        yield "schedule", target, times
    sources = recorder.all("aws:appsync/dataSource:DataSource")
    for source in sources:
        batches = traffic.requests * QUERIES * BATCHES_OF_A_QUERY / len(sources)
        yield "field", source.inputs["lambdaConfig"]["functionArn"], batches
    for machine in recorder.all("aws:sfn/stateMachine:StateMachine"):
        for state in json.loads(machine.inputs["definition"])["States"].values():
            if state["Type"] == "Task":
                yield "step", state["Arguments"]["FunctionName"], traffic.users * ERASED


def _changes(mapping: Recorded, traffic: Traffic) -> float:
    """Return the records that a stream's function gets.

    If the mapping filters for new items, its table is assumed to hold users. Other functions are
    assumed to get each upload's changes.
    """
    filters = mapping.inputs.get("filterCriteria", {}).get("filters", [])
    new = all(json.loads(f["pattern"]).get("eventName") == ["INSERT"] for f in filters)
    return traffic.users if new else traffic.uploads * CHANGES_OF_AN_UPLOAD


def reads_ledger(recorder: Recorder) -> bool:
    """Return True if a function reads the ledger's stream."""
    return any(map(_is_ledgers, recorder.all("aws:lambda/eventSourceMapping:EventSourceMapping")))


def _is_ledgers(mapping: Recorded) -> bool:
    return "ledger" in mapping.inputs.get("eventSourceArn", "")


def _routes(recorder: Recorder) -> Iterator[tuple[str, str]]:
    """Yield (``read`` or ``write``, what is invoked) of each route that invokes something."""
    methods = {m.name: m.inputs["httpMethod"] for m in recorder.all("aws:apigateway/method:Method")}
    for integration in recorder.all("aws:apigateway/integration:Integration"):
        if "uri" in integration.inputs:
            verb = integration.inputs["httpMethod"]  # in a plan, the name of its method
            yield (
                "read" if methods.get(verb, verb) in _READS else "write",
                integration.inputs["uri"],
            )


def _function(recorder: Recorder, target: str) -> str:
    """Return the logical name of the function that a target is, itself or by its alias."""
    name = target.removesuffix("/invocations").rpartition(":")[2]
    aliases: list[Recorded] = recorder.all("aws:lambda/alias:Alias")
    return next((str(a.inputs["functionName"]) for a in aliases if a.name == name), name)
