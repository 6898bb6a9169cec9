"""The rules as Pulumi policies."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_policy import (
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UnknownValueError

from .catalogue import RULES
from .model import UNKNOWN, Resource, Stack
from .rule import Rule, evaluate


def policies() -> list[Policy]:
    """Return a policy for each rule.

    A rule about one resource is checked before that resource is created. All other rules are
    checked when the stack is complete.
    """
    return [_resource_policy(rule) if rule.per_resource else _stack_policy(rule) for rule in RULES]


def is_production() -> bool:
    """Return whether the stack is a production stack.

    Every stack is, unless its configuration says ``environment: development`` under the project's
    name. So the rules are never relaxed by accident.
    """
    return pulumi.Config().get("environment") != "development"


def _stack(resources: Sequence[Resource]) -> Stack:
    emulated = pulumi.Config().get("emulator") is not None
    return Stack(resources, is_production(), emulated)


def _resource_policy(rule: Rule) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = Resource(
            urn=args.urn,
            type=args.resource_type,
            name=args.name,
            properties=plain(args.props),
            delete_before_replace=bool(args.opts.delete_before_replace),
        )
        # A value that a preview does not know is checked before the resource is created.
        for violation in evaluate(rule, _stack([resource])).violations:
            report(violation.message, None)

    return ResourceValidationPolicy(rule.name, rule.title, validate)


def _stack_policy(rule: Rule) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        verdict = evaluate(rule, _stack([resource(r) for r in args.resources]))
        for violation in verdict.violations:
            report(violation.message, violation.resource.urn)
        if verdict.undecided:
            # Pulumi shows this as advice that the policy could not be checked completely.
            raise UnknownValueError(
                UNKNOWN_OBJECT_VALUE, [", ".join(r.name for r in verdict.undecided)]
            )
        if not verdict.evaluated:
            args.not_applicable("The stack has no such resource, or is not a production stack.")

    return StackValidationPolicy(rule.name, rule.title, validate)


def resource(given: PolicyResource) -> Resource:
    """Convert a resource of Pulumi to one of the rules' model."""
    return Resource(
        urn=given.urn,
        type=given.resource_type,
        name=given.name,
        properties=plain(given.props),
        references={
            property_: [target.urn for target in targets]
            for property_, targets in given.property_dependencies.items()
        },
        delete_before_replace=bool(given.opts.delete_before_replace),
    )


def plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties with `UNKNOWN` where Pulumi's own raise."""
    return {key: _item(given, key) for key in given}


def _item(holder: Any, key: str | int) -> Any:
    try:
        value = holder[key]
    except UnknownValueError:
        return UNKNOWN
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index) for index in range(len(value))]
    # Protocol buffers have no integers.
    return int(value) if isinstance(value, float) and value.is_integer() else value
