"""Permissions: actions on resources under conditions, with placeholders."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.json_text import json_text

Condition = tuple[str, str, str]
"""Operator, key and value, as in an IAM policy."""

# The tags that a stack's configuration sets on everything (aws:defaultTags); they identify its
# resources whose ARNs contain no name.
OURS: tuple[Condition, ...] = (
    ("StringEquals", "aws:ResourceTag/Project", "{project}"),
    ("StringLike", "aws:ResourceTag/Environment", "{stack}"),
)
NEW: tuple[Condition, ...] = (
    ("StringEquals", "aws:RequestTag/Project", "{project}"),
    ("StringLike", "aws:RequestTag/Environment", "{stack}"),
)
# Ours or untagged: a resource that is being made, or that AWS made without tags.
UNCLAIMED: tuple[Condition, ...] = tuple(
    (f"{operator}IfExists", key, value) for operator, key, value in OURS
)


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Actions that are allowed on resources, under conditions.

    Attributes:
        actions: such as ``sqs:CreateQueue``.
        resources: ARNs with ``{placeholders}``. An environment without a value for one of them has
            no such resource, and no permission.
        when: conditions, all of which must hold.
        destroys: whether it deletes data; only for environments whose stacks may be destroyed.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    when: tuple[Condition, ...] = ()
    destroys: bool = False


def may(
    service: str,
    actions: str,
    *resources: str,
    when: tuple[Condition, ...] = (),
    destroys: bool = False,
) -> Permission:
    """Return a permission; ``actions`` of one service, without its name, separated by spaces."""
    named = tuple(f"{service}:{action}" for action in actions.split())
    return Permission(actions=named, resources=resources, when=when, destroys=destroys)


def arn(
    service: str, resource: str, *, region: str = "{region}", account: str = "{account}"
) -> str:
    """Return an ARN with placeholders."""
    return f"arn:{{partition}}:{service}:{region}:{account}:{resource}"


def document(permissions: Iterable[Permission], values: Mapping[str, str]) -> str:
    """Return the shortest policy that allows all permissions, with ``values`` for placeholders.

    Permissions on the same resources and conditions become one statement.
    """
    merged: dict[tuple[tuple[str, ...], tuple[Condition, ...]], set[str]] = defaultdict(set)
    for permission in permissions:
        if all(_placeholders(resource) <= set(values) for resource in permission.resources):
            merged[permission.resources, permission.when].update(permission.actions)
    statements = [
        _statement(sorted(actions), resources, when, values)
        for (resources, when), actions in merged.items()
    ]
    return json_text({"Version": "2012-10-17", "Statement": statements})


def _statement(
    actions: Sequence[str],
    resources: Sequence[str],
    when: Sequence[Condition],
    values: Mapping[str, str],
) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": list(actions),
        "Resource": [resource.format_map(values) for resource in resources],
    }
    conditions: dict[str, dict[str, str]] = {}
    for operator, key, value in when:
        conditions.setdefault(operator, {})[key] = value.format_map(values)
    return statement | ({"Condition": conditions} if conditions else {})


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))
