"""A permission, as it is written down: actions, on what, and when."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Condition = tuple[str, str, str]
"""Operator, key and value, as in an IAM policy."""

# What identifies a stack's resources where ARNs hold no name of ours: the tags that its
# configuration puts on everything (aws:defaultTags).
OURS: tuple[Condition, ...] = (
    ("StringEquals", "aws:ResourceTag/Project", "{project}"),
    ("StringLike", "aws:ResourceTag/Environment", "{stack}"),
)
NEW: tuple[Condition, ...] = (
    ("StringEquals", "aws:RequestTag/Project", "{project}"),
    ("StringLike", "aws:RequestTag/Environment", "{stack}"),
)
# Nobody's yet, or ours: what is being made, or what AWS made and did not tag.
UNCLAIMED: tuple[Condition, ...] = tuple(
    (f"{operator}IfExists", key, value) for operator, key, value in OURS
)


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Actions allowed on resources, on conditions.

    Attributes:
        actions: such as ``sqs:CreateQueue``.
        resources: ARNs with ``{placeholders}``, whose values an environment gives. Where it has
            none for one of them, it has nothing of the kind, and no permission.
        when: all must hold.
        destroys: whether it takes data away: only who may destroy a stack has it.
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
    """Write a permission down; ``actions`` of one service, without its name, between blanks."""
    named = tuple(f"{service}:{action}" for action in actions.split())
    return Permission(actions=named, resources=resources, when=when, destroys=destroys)


def arn(
    service: str, resource: str, *, region: str = "{region}", account: str = "{account}"
) -> str:
    """Write an ARN with placeholders."""
    return f"arn:{{partition}}:{service}:{region}:{account}:{resource}"


def document(permissions: Iterable[Permission], values: Mapping[str, str]) -> str:
    """Make the policy that allows all permissions, written with ``values``: as short as it goes.

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
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


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
