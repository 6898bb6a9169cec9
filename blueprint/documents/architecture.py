"""Reads the architecture diagram from what a run of the program registers.

No function, trigger or store is listed here: whatever the program registers is in the diagram.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from blueprint.documents.diagram import Arrow, Diagram
from blueprint.recording import ACCOUNT, REGION, Key, Recorded, Recorder, arn

_FUNCTION = "serverless:infra:ImageFunction"
# Objects in the names of actions, which the diagram's labels leave out.
_OBJECTS = {
    "Item", "Object", "Bucket", "Message", "Email", "Version", "Versions", "Multipart", "Upload",
    "Execution",
}  # fmt: skip


def diagram(recorder: Recorder) -> Diagram:
    """Return the diagram; its order does not depend on the order of registration."""
    reader = _Reader(recorder)
    arrows: dict[str, list[Arrow]] = {}
    # Roughly the order in which an input passes through them.
    for function, arrow in (
        *reader.routes(),
        *reader.sockets(),
        *reader.fields(),
        *reader.mappings(),
        *reader.notifications(),
        *reader.schedules(),
        *reader.machines(),
        *reader.grants(),
        *reader.failures(),
    ):
        arrows.setdefault(function, []).append(arrow)
    stores = {
        a.end: reader.kind_of(a.end) for group in arrows.values() for a in group if a.at_store
    }
    return Diagram({name: tuple(group) for name, group in arrows.items()}, stores)


class _Reader:
    """Finds resources by their ARNs, and the top-level components that they belong to."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._parents = {(r.type, r.name): r.options.parent for r in recorder.resources}
        self._arns = {arn(r.type, r.name): (r.type, r.name) for r in recorder.resources if r.custom}
        for machine in self._all("sfn/stateMachine:StateMachine"):  # its own name is in its ARN
            for kind in ("stateMachine", "execution"):
                named = f"arn:aws:states:{REGION}:{ACCOUNT}:{kind}:{machine.inputs['name']}"
                self._arns[named] = (machine.type, machine.name)

    def routes(self) -> Iterator[tuple[str, Arrow]]:
        """Yield an arrow for each method that a function answers."""
        resources = {f"{r.name}-id": r for r in self._all("apigateway/resource:Resource")}

        def path(id_: str) -> str:
            part = resources.get(id_)
            return f"{path(part.inputs['parentId'])}/{part.inputs['pathPart']}" if part else ""

        integrations = self._all("apigateway/integration:Integration")
        for given in sorted((i.inputs for i in integrations), key=lambda i: path(i["resourceId"])):
            if given["type"] == "AWS_PROXY":
                function = self._function(given["uri"].removesuffix("/invocations"))
                label = f"{given['httpMethod']} {path(given['resourceId'])}"
                yield function, Arrow("source", "REST API", label)

    def sockets(self) -> Iterator[tuple[str, Arrow]]:
        """Yield an arrow for each function that a WebSocket API's routes invoke."""
        integrations = {
            f"{i.name}-id": i for i in self._all("apigatewayv2/integration:Integration")
        }
        keys: dict[str, list[str]] = {}
        for route in self._all("apigatewayv2/route:Route"):
            target = integrations[route.inputs["target"].removeprefix("integrations/")]
            function = self._function(target.inputs["integrationUri"].removesuffix("/invocations"))
            keys.setdefault(function, []).append(route.inputs["routeKey"])
        for function, each in keys.items():
            yield function, Arrow("source", "WebSocket API", ", ".join(sorted(each)))

    def fields(self) -> Iterator[tuple[str, Arrow]]:
        """Yield an arrow for each function that resolves fields of a GraphQL API."""
        sources = {s.inputs["name"]: s for s in self._all("appsync/dataSource:DataSource")}
        fields: dict[str, list[str]] = {}
        for resolver in self._all("appsync/resolver:Resolver"):
            given = resolver.inputs
            source = sources[given["dataSource"]].inputs["lambdaConfig"]
            function = self._function(source["functionArn"])
            fields.setdefault(function, []).append(f"{given['type']}.{given['field']}")
        for function, each in fields.items():
            yield function, Arrow("source", "GraphQL API", ", ".join(sorted(each)))

    def mappings(self) -> Iterator[tuple[str, Arrow]]:
        """Yield an arrow for each event source mapping: streams, then queues."""
        mappings = self._all("lambda/eventSourceMapping:EventSourceMapping")
        for given in sorted((m.inputs for m in mappings), key=_is_stream, reverse=True):
            filters = given.get("filterCriteria", {}).get("filters", [])
            names = [json.loads(f["pattern"]).get("eventName", []) for f in filters]
            events = ", ".join(sorted({event.lower() for name in names for event in name}))
            what = f"stream: {events or 'all'}" if _is_stream(given) else "messages"
            label = f"{what}, {given['batchSize']} at once"
            store = self._top(self._found(given["eventSourceArn"])[0])[1]
            yield self._function(given["functionName"]), Arrow("event", store, label)

    def notifications(self) -> Iterator[tuple[str, Arrow]]:
        """Yield an arrow for each notification of a bucket."""
        for notification in self._all("s3/bucketNotification:BucketNotification"):
            bucket = self._top(("aws:s3/bucket:Bucket", notification.inputs["bucket"]))[1]
            for target in notification.inputs["lambdaFunctions"]:
                events = {event.split(":")[1] for event in target["events"]}
                label = f"{', '.join(sorted(map(_verb, events)))} in {target['filterPrefix']}"
                yield self._function(target["lambdaFunctionArn"]), Arrow("event", bucket, label)

    def schedules(self) -> Iterator[tuple[str, Arrow]]:
        """Yield an arrow for each schedule."""
        for schedule in self._all("scheduler/schedule:Schedule"):
            function = self._function(schedule.inputs["target"]["arn"])
            yield function, Arrow("source", "schedule", schedule.inputs["scheduleExpression"])

    def machines(self) -> Iterator[tuple[str, Arrow]]:
        """Yield an arrow for each state of a state machine that calls a function."""
        for machine in self._all("sfn/stateMachine:StateMachine"):
            component = self._top((machine.type, machine.name))[1]
            states = json.loads(machine.inputs["definition"])["States"]
            by_function: dict[str, list[str]] = {}
            for name in _in_order(states, json.loads(machine.inputs["definition"])["StartAt"]):
                if states[name]["Type"] == "Task":
                    alias = states[name]["Arguments"]["FunctionName"]
                    by_function.setdefault(self._function(alias), []).append(name)
            for function, names in by_function.items():
                yield function, Arrow("event", component, ", ".join(names))

    def grants(self) -> Iterator[tuple[str, Arrow]]:
        """Yield what each function may do to each store, by the function's policy.

        Left out: keys that encrypt stores, a function's own log and failures, and actions without a
        resource, such as traces.
        """
        for policy in self._all("iam/rolePolicy:RolePolicy"):
            type_, function = policy.options.parent
            if type_ != _FUNCTION:
                continue  # a trigger's policy, which the trigger's arrow shows
            verbs: dict[tuple[str, str], dict[str, None]] = {}
            for statement in json.loads(policy.inputs["policy"])["Statement"]:
                done = dict.fromkeys(_verb(a.partition(":")[2]) for a in statement["Action"])
                for store_part in self._store_parts(statement, function):
                    verbs.setdefault(store_part, {}).update(done)
            parts: dict[tuple[str, str], list[str]] = {}
            for (store, part), each in verbs.items():
                parts.setdefault((store, ", ".join(each)), []).append(part)
            for (store, done_there), where in parts.items():
                yield function, Arrow("grant", store, f"{done_there} {', '.join(where)}".strip())

    def failures(self) -> Iterator[tuple[str, Arrow]]:
        """Yield the queue of each function's failed events, and when they go there."""
        reasons: dict[tuple[str, str], list[str]] = {}

        def note(function: str, queue: str, reason: str) -> None:
            reasons.setdefault((function, self._found(queue)[0][1]), []).append(reason)

        for mapping in self._all("lambda/eventSourceMapping:EventSourceMapping"):
            function = self._function(mapping.inputs["functionName"])
            if destination := mapping.inputs.get("destinationConfig"):
                after = f"after {mapping.inputs['maximumRetryAttempts']} retries"
                note(function, destination["onFailure"]["destinationArn"], after)
            source, _ = self._found(mapping.inputs["eventSourceArn"])
            if redrive := self._recorder.one(*source).inputs.get("redrivePolicy"):
                policy = json.loads(redrive)
                receives = f"after {policy['maxReceiveCount']} receives"
                note(function, policy["deadLetterTargetArn"], receives)
        for config in self._all("lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"):
            destination = config.inputs["destinationConfig"]["onFailure"]["destination"]
            retries = config.inputs["maximumRetryAttempts"]
            note(config.options.parent[1], destination, f"after {retries} retries")
        for schedule in self._all("scheduler/schedule:Schedule"):
            target = schedule.inputs["target"]
            note(self._function(target["arn"]), target["deadLetterConfig"]["arn"], "undelivered")
        for (function, queue), why in reasons.items():
            yield function, Arrow("failure", queue, " or ".join(why))

    def kind_of(self, name: str) -> str:
        """Return a component's kind in words, such as ``mail identity``."""
        [kind] = {type_ for type_, known in self._parents if known == name and _is_component(type_)}
        return " ".join(re.findall("[A-Z][a-z]+", kind.rpartition(":")[2])).lower()

    def _all(self, type_: str) -> list[Recorded]:
        return sorted(self._recorder.all(f"aws:{type_}"), key=lambda r: r.name)

    def _store_parts(
        self, statement: Mapping[str, Any], function: str
    ) -> Iterator[tuple[str, str]]:
        """Yield (store, part of it) of each resource in a statement."""
        if statement["Effect"] != "Allow" or statement["Resource"] == "*":
            return
        for resource in statement["Resource"]:
            if resource.endswith(":*/*"):
                continue  # network interfaces, which Lambda makes, not the function
            if ":execute-api:" in resource:
                name = resource.split(":")[5].partition("/")[0]
                yield self._top(("aws:apigatewayv2/api:Api", name))[1], ""
                continue
            key, rest = self._found(resource)
            top = self._top(key)
            if top not in ((_FUNCTION, function), ("serverless:infra:Key", top[1])):
                yield top[1], re.sub(r"^/(index/)?|:?\*$", "", rest)

    def _found(self, address: str) -> tuple[Key, str]:
        """Return the resource that an ARN names, and the rest: a part of the resource."""
        known = max((a for a in self._arns if address.startswith(a)), key=len)
        return self._arns[known], address.removeprefix(known)

    def _function(self, alias: str) -> str:
        return self._top(self._found(alias)[0])[1]

    def _top(self, key: Key) -> Key:
        """Return the top-level component that a resource belongs to."""
        while _is_component(self._parents[key][0]):
            key = self._parents[key]
        return key


def _in_order(states: Mapping[str, Any], start: str) -> list[str]:
    """Return the states of a machine in the order of an execution in which nothing fails."""
    found: list[str] = []
    waiting = [start]
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            state = states[name]
            choices = [choice["Next"] for choice in state.get("Choices", ())]
            waiting += [*choices, *(state[key] for key in ("Next", "Default") if key in state)]
    return found


def _is_component(type_: str) -> bool:
    return type_.startswith("serverless:")


def _is_stream(mapping: Mapping[str, Any]) -> bool:
    return "startingPosition" in mapping


def _verb(name: str) -> str:
    """Return an action's verb, such as ``change visibility`` for ``ChangeMessageVisibility``."""
    parts = [part for part in re.findall("[A-Z][a-z]+", name) if part not in _OBJECTS]
    return " ".join(parts).lower()
