"""Describes each function for a reviewer: its trigger and what it runs with."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields

from blueprint.plan.permissions import FUNCTION
from blueprint.plan.section import Section, change_summary, folded
from blueprint.plan.snapshot import Resource, Snapshot
from blueprint.plan.words import logical_names
from blueprint.references import REFERENCE

ALIAS = "aws:lambda/alias:Alias"
INTEGRATION = "aws:apigateway/integration:Integration"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
METHOD = "aws:apigateway/method:Method"
SOCKET_INTEGRATION = "aws:apigatewayv2/integration:Integration"
SOCKET_ROUTE = "aws:apigatewayv2/route:Route"
NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
PATH = "aws:apigateway/resource:Resource"
SCHEDULE = "aws:scheduler/schedule:Schedule"
RESOLVER = "aws:appsync/resolver:Resolver"
SOURCE = "aws:appsync/dataSource:DataSource"
STATE_MACHINE = "aws:sfn/stateMachine:StateMachine"


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function as the plan shows it."""

    trigger: str
    memory: str
    timeout: str
    architecture: str


def functions(snapshot: Snapshot) -> dict[str, Function]:
    """Return the functions by logical name."""
    triggers: dict[str, list[str]] = defaultdict(list)
    for target, trigger in [*_routes(snapshot), *_sockets(snapshot), *_events(snapshot)]:
        triggers[_function(snapshot, target)].append(trigger)
    return {
        f.name: Function(
            trigger=", ".join(sorted(triggers[f.name])) or "none",
            memory=f"{f.inputs['memorySize']} MB",
            timeout=f"{f.inputs['timeout']} s",
            architecture=", ".join(f.inputs["architectures"]),
        )
        for f in snapshot.all(FUNCTION)
    }


def functions_section(before: Snapshot, after: Snapshot) -> Section:
    """Return the section on the functions that are added, removed or changed."""
    old, new = functions(before), functions(after)
    listed = []
    for name in sorted(old.keys() | new.keys()):
        was, now = old.get(name), new.get(name)
        if was and now:
            if was != now:
                listed.append(f"~ {name}: {', '.join(_differences(was, now))}")
        elif one := was or now:
            listed.append(f"{'+' if now else '-'} {name}: {', '.join(astuple(one))}")
    signs = Counter(line[0] for line in listed)
    return folded("Functions", change_summary(signs), listed)


def _differences(was: Function, now: Function) -> Iterator[str]:
    for field in fields(Function):
        before, after = getattr(was, field.name), getattr(now, field.name)
        if before != after:
            yield f"{field.name} {before} → {after}"


def _routes(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return (target, route) of every integration that invokes a function."""
    return [
        (
            integration.inputs["uri"],
            f"{_verb(snapshot, integration)} {path(snapshot, integration)}",
        )
        for integration in snapshot.all(INTEGRATION)
        if "uri" in integration.inputs
    ]


def _sockets(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return (target, route) of every route of a WebSocket API."""
    found = []
    for route in snapshot.all(SOCKET_ROUTE):
        integration = _referred(snapshot, route.inputs["target"])
        if integration is not None and integration.type == SOCKET_INTEGRATION:
            target = integration.inputs["integrationUri"]
            found.append((target, f"WebSocket {route.inputs['routeKey']}"))
    return found


def _events(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Return (target, trigger) of every other trigger."""
    found = []
    for mapping in snapshot.all(MAPPING):
        source = mapping.inputs["eventSourceArn"]
        kind = "stream" if "startingPosition" in mapping.inputs else "queue"
        found.append((mapping.inputs["functionName"], f"{kind} {logical_names(source)}"))
    for schedule in snapshot.all(SCHEDULE):
        target = schedule.inputs["target"]["arn"]
        found.append((target, schedule.inputs["scheduleExpression"]))
    for machine in snapshot.all(STATE_MACHINE):
        called = sorted({found[0] for found in REFERENCE.finditer(machine.inputs["definition"])})
        found += [(target, f"state machine {machine.name}") for target in called]
    for resolver in snapshot.all(RESOLVER):
        source = _referred(snapshot, resolver.inputs["dataSource"])
        if source is not None and source.type == SOURCE:
            target = source.inputs["lambdaConfig"]["functionArn"]
            found.append((target, f"GraphQL {resolver.inputs['type']}.{resolver.inputs['field']}"))
    for notification in snapshot.all(NOTIFICATION):
        bucket = logical_names(notification.inputs["bucket"])
        found += [
            (one["lambdaFunctionArn"], f"files {bucket}/{one.get('filterPrefix', '')}")
            for one in notification.inputs.get("lambdaFunctions", ())
        ]
    return found


def _function(snapshot: Snapshot, target: str) -> str:
    """Return the name of a target's function: the target itself, or its alias's function."""
    resource = _referred(snapshot, target)
    if resource is not None and resource.type == ALIAS:
        return logical_names(resource.inputs["functionName"])
    return resource.name if resource else target


def _verb(snapshot: Snapshot, integration: Resource) -> str:
    verb: str = integration.inputs["httpMethod"]
    method = _referred(snapshot, verb)
    return method.inputs["httpMethod"] if method else verb


def path(snapshot: Snapshot, resource: Resource) -> str:
    """Return the path of a method or integration, such as ``/users/{id}``."""
    parts: list[str] = []
    part = _referred(snapshot, resource.inputs["resourceId"])
    while part is not None and part.type == PATH:
        parts.insert(0, part.inputs["pathPart"])
        part = _referred(snapshot, part.inputs["parentId"])
    return "/" + "/".join(parts)


def _referred(snapshot: Snapshot, text: str) -> Resource | None:
    found = REFERENCE.search(text)
    return snapshot.resources.get((found[1], found[2])) if found else None
