"""The model that rules work on: a stack's resources and the references between them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final


class Special(Enum):
    """``UNKNOWN``: a value that AWS sets later, so that a preview cannot know it."""

    UNKNOWN = "unknown until it is deployed"


UNKNOWN: Final = Special.UNKNOWN
"""Replaces a value, at any depth."""


class Undecided(Exception):
    """A rule needs a value that is not known yet, so nobody can tell whether it holds."""


class Wrong(Exception):
    """A value has a form that a rule cannot read."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource.

    Attributes:
        urn: the engine's name for it.
        type: such as ``aws:sqs/queue:Queue``.
        name: its logical name.
        properties: by their camelCase names; `UNKNOWN` where a preview cannot know.
        references: by property, the URNs of the resources that its value comes from. A preview
            knows these, so they relate resources; ids, names and ARNs do not.
        delete_before_replace: whether Pulumi deletes it before it creates the replacement.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    delete_before_replace: bool = False

    def get(self, *path: str | int) -> Any:
        """Return the value at a path, or None.

        Raises:
            Undecided: the value, its parent or a part of it is not known yet.
        """
        value = self.known(*path)
        if _holds_unknown(value):
            raise Undecided(".".join(map(str, path)))
        return value

    def known(self, *path: str | int) -> Any:
        """Return the value at a path, which may be or contain `UNKNOWN`, or None."""
        value: Any = self.properties
        for part in path:
            if value is UNKNOWN:
                break
            if isinstance(part, int):
                value = value[part] if isinstance(value, list) and len(value) > part else None
            else:
                value = value.get(part) if isinstance(value, Mapping) else None
        return value

    def document(self, *path: str | int) -> dict[str, Any]:
        """Return the JSON document at a path, such as a policy; an empty one if there is none.

        Raises:
            Undecided: a part of it is not known yet.
            Wrong: it is not a JSON object.
        """
        text = self.get(*path)
        if not text:
            return {}
        try:
            value = text if isinstance(text, dict) else json.loads(text)
        except (TypeError, ValueError):
            value = None
        if not isinstance(value, dict):
            shown = ".".join(map(str, path))
            raise Wrong(f"{shown} is {text!r}; it must be a JSON object")
        return value


@dataclass(frozen=True)
class Stack:
    """The resources of a stack.

    ``production``: whether it is a production stack. ``emulated``: whether it is deployed to an
    emulator, which speaks plain HTTP.
    """

    resources: Sequence[Resource]
    production: bool
    emulated: bool = False
    _by_urn: dict[str, Resource] = field(init=False, repr=False, default_factory=dict)
    _by_type: dict[str, list[Resource]] = field(init=False, repr=False, default_factory=dict)
    _referring: dict[tuple[str, str, str], dict[str, list[Resource]]] = field(
        init=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        for resource in self.resources:
            self._by_urn[resource.urn] = resource
            self._by_type.setdefault(resource.type, []).append(resource)

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of types such as ``sqs/queue:Queue``."""
        for type_ in types:
            yield from self._by_type.get(f"aws:{type_}", ())

    def targets(self, resource: Resource, property_: str, *types: str) -> list[Resource]:
        """Return the resources of these types that a property refers to.

        A reference to an alias counts as a reference to its function.
        """
        urns = resource.references.get(property_)
        if not urns:
            return []
        found = [self._by_urn[urn] for urn in urns if urn in self._by_urn]
        wanted = {f"aws:{type_}" for type_ in types}
        direct = [r for r in found if r.type in wanted]
        if FUNCTION in types:
            for alias in found:
                if alias.type == f"aws:{ALIAS}":
                    direct += self.targets(alias, "functionName", FUNCTION)
        return direct

    def referring(self, type_: str, property_: str, target: Resource) -> list[Resource]:
        """Return the resources of a type whose property refers to a resource."""
        kind = target.type.removeprefix("aws:")
        key = type_, property_, kind
        if key not in self._referring:
            self._referring[key] = self._by_target(*key)
        return self._referring[key].get(target.urn, [])

    def _by_target(self, type_: str, property_: str, kind: str) -> dict[str, list[Resource]]:
        """Return the resources of a type by the URN of each resource that a property refers to."""
        by_target: dict[str, list[Resource]] = {}
        for resource in self.of(type_):
            for urn in dict.fromkeys(t.urn for t in self.targets(resource, property_, kind)):
                by_target.setdefault(urn, []).append(resource)
        return by_target


def _holds_unknown(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_holds_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds_unknown(item) for item in value)
    return value is UNKNOWN


FUNCTION = "lambda/function:Function"
ALIAS = "lambda/alias:Alias"
QUEUE = "sqs/queue:Queue"
BUCKET = "s3/bucket:Bucket"
BUCKET_LOGGING = "s3/bucketLogging:BucketLogging"
LOG_GROUP = "cloudwatch/logGroup:LogGroup"
ROLE = "iam/role:Role"
ROLE_POLICY = "iam/rolePolicy:RolePolicy"
MAPPING = "lambda/eventSourceMapping:EventSourceMapping"
SCHEDULE = "scheduler/schedule:Schedule"
NOTIFICATION = "s3/bucketNotification:BucketNotification"
SUBNET = "ec2/subnet:Subnet"
STAGE = "apigateway/stage:Stage"
