"""What rules look at: the resources of a stack, and which refers to which."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final


class Special(Enum):
    """``UNKNOWN``: what a preview cannot know, for AWS has yet to say it."""

    UNKNOWN = "unknown until it is deployed"


UNKNOWN: Final = Special.UNKNOWN
"""Stands in place of a value, at any depth."""


class Undecided(Exception):
    """A rule needs a value that is not known yet: it neither holds nor is broken."""


class Wrong(Exception):
    """A value is of no form that a rule could look into."""


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource.

    Attributes:
        urn: what the engine calls it.
        type: such as ``aws:sqs/queue:Queue``.
        name: its logical name.
        properties: by their camelCase names; `UNKNOWN` where a preview cannot know.
        references: the URNs of what each property was made from. They are known in a preview, too,
            so resources are related by them, and not by ids, names and ARNs.
        delete_before_replace: whether a replacement is made after it was deleted.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    references: Mapping[str, Sequence[str]] = field(default_factory=dict)
    delete_before_replace: bool = False

    def get(self, *path: str | int) -> Any:
        """Return what is at a path; None where nothing is.

        Raises:
            Undecided: it, what it is in, or something in it is not known yet.
        """
        value = self.known(*path)
        if _holds_unknown(value):
            raise Undecided(".".join(map(str, path)))
        return value

    def known(self, *path: str | int) -> Any:
        """Return as much as is known of what is at a path: it may be or hold `UNKNOWN`."""
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
        """Parse JSON text, such as a policy; an empty object where there is none.

        Raises:
            Undecided: some part is not known yet, hence none.
            Wrong: it is no JSON object.
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
    """The resources of a stack, and whether it is a production one."""

    resources: Sequence[Resource]
    production: bool
    _by_urn: dict[str, Resource] = field(init=False, repr=False, default_factory=dict)
    _by_type: dict[str, list[Resource]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.resources:
            self._by_urn[resource.urn] = resource
            self._by_type.setdefault(resource.type, []).append(resource)

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of types such as ``sqs/queue:Queue``."""
        for type_ in types:
            yield from self._by_type.get(f"aws:{type_}", ())

    def targets(self, resource: Resource, property_: str, *types: str) -> list[Resource]:
        """Return what a property refers to, of the types.

        A function's alias or version stands for the function.
        """
        found = [
            self._by_urn[urn]
            for urn in resource.references.get(property_, ())
            if urn in self._by_urn
        ]
        direct = [r for r in found if r.type in {f"aws:{type_}" for type_ in types}]
        if FUNCTION in types:
            for alias in found:
                if alias.type == f"aws:{ALIAS}":
                    direct += self.targets(alias, "functionName", FUNCTION)
        return direct

    def referring(self, type_: str, property_: str, target: Resource) -> list[Resource]:
        """Return the resources of a type whose property refers to a resource."""
        kind = target.type.removeprefix("aws:")
        return [
            resource
            for resource in self.of(type_)
            if any(found is target for found in self.targets(resource, property_, kind))
        ]


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
