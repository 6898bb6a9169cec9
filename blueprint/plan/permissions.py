"""Reads who may do what from the IAM documents in a snapshot."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprint.plan.differences import structured
from blueprint.plan.snapshot import Resource, Snapshot
from blueprint.plan.words import logical_names, short_type, shortened

FUNCTION = "aws:lambda/function:Function"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


@dataclass(frozen=True, order=True, kw_only=True)
class Permission:
    """One action on one resource under one condition; a role's own have no ``principal``."""

    effect: str
    principal: str
    action: str
    resource: str
    condition: str


Permissions = frozenset[Permission]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Permissions that a role, or a resource's policy, gains and loses."""

    owner: str
    added: Permissions
    removed: Permissions


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Return the owners whose permissions differ; functions come first."""
    old, new = permissions_by_owner(before), permissions_by_owner(after)
    functions = {f.name for snapshot in (before, after) for f in snapshot.all(FUNCTION)}
    owners = sorted(old.keys() | new.keys(), key=lambda owner: (owner not in functions, owner))
    none: Permissions = frozenset()
    return [
        Difference(
            owner=owner,
            added=new.get(owner, none) - old.get(owner, none),
            removed=old.get(owner, none) - new.get(owner, none),
        )
        for owner in owners
        if old.get(owner) != new.get(owner)
    ]


def permissions_by_owner(snapshot: Snapshot) -> dict[str, Permissions]:
    """Return all permissions by their owner: a function, another role, or a resource with a policy.

    A role has the permissions of all its policies together.
    """
    found: dict[str, set[Permission]] = defaultdict(set)
    users = {_target(f.inputs.get("role")): f.name for f in snapshot.all(FUNCTION)}
    for resource in snapshot.resources.values():
        role = _target(resource.inputs.get("role"))
        of_role = users.get(role, f"{role} (iam.Role)")
        if resource.type == ATTACHMENT:
            whole = {
                "Effect": "Allow",
                "Action": "all of",
                "Resource": resource.inputs["policyArn"],
            }
            found[of_role] |= set(permissions({"Statement": whole}))
        for path, document in documents(resource):
            owner = of_role if resource.type == ROLE_POLICY else _owner(resource, path)
            found[owner] |= set(permissions(document))
    return {owner: frozenset(all_) for owner, all_ in found.items()}


def documents(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the properties of a resource that are IAM documents, and the documents."""
    for path, value in resource.inputs.items():
        document = structured(value)
        if isinstance(document, dict) and "Statement" in document:
            yield path, document


def permissions(document: Mapping[str, Any]) -> Iterator[Permission]:
    """Yield the single permissions in an IAM document."""
    for statement in _list(document["Statement"]):
        for principal in _named(statement, "Principal"):
            for action in _named(statement, "Action"):
                for resource in _named(statement, "Resource"):
                    yield Permission(
                        effect=statement["Effect"],
                        principal=principal,
                        action=action,
                        resource=resource,
                        condition=json.dumps(statement.get("Condition", {}), sort_keys=True),
                    )


def as_lines(permissions: Permissions) -> list[str]:
    """Return permissions as few lines: those that differ in one part share a line."""
    actions: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for p in permissions:
        actions[p.effect, p.principal, p.condition, p.resource].add(p.action)
    resources: dict[tuple[str, str, str, tuple[str, ...]], set[str]] = defaultdict(set)
    for (effect, principal, condition, resource), some in actions.items():
        resources[effect, principal, condition, tuple(sorted(some))].add(resource)
    return sorted(
        _line(effect, principal, condition, some, on)
        for (effect, principal, condition, some), on in resources.items()
    )


def _line(effect: str, principal: str, condition: str, actions: Any, resources: set[str]) -> str:
    denied = "" if effect == "Allow" else f"{effect}: "
    by = f" by {principal}" if principal else ""
    on = ", ".join(logical_names(resource) for resource in sorted(resources))
    conditions = json.loads(condition)
    only = "".join(
        f"; if {key} {operator} {shortened(logical_names(json.dumps(value)))}"
        for operator, operands in conditions.items()
        for key, value in operands.items()
    )
    return f"{denied}{', '.join(actions)}{f' on {on}' if on else ''}{by}{only}"


def _named(statement: Mapping[str, Any], element: str) -> list[str]:
    """Return the texts of an element or its negation; one empty text if it has neither."""
    if (negated := f"Not{element}") in statement:
        return [f"all but {json.dumps(statement[negated], sort_keys=True)}"]
    found = statement.get(element, "")
    if isinstance(found, dict):
        return [f"{type_} {one}" for type_, some in found.items() for one in _list(some)]
    return [str(one) for one in _list(found)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _owner(resource: Resource, path: str) -> str:
    return f"{resource.name} ({short_type(resource.type)}, {path})"


def _target(reference: Any) -> str:
    """Return the logical name behind a reference; any other text is returned as it is."""
    return logical_names(str(reference))
