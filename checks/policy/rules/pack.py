"""The rules as policies of Pulumi."""

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
    """Make a policy of each rule.

    Rules that judge each resource alone do so before it is made, so that nothing is made that
    breaks one; all others when the stack is complete.
    """
    return [_alone(rule) if rule.alone else _together(rule) for rule in RULES]


def is_production() -> bool:
    """Tell whether the stack is a production one.

    Each is, whose configuration does not say ``environment: development`` under the project's name:
    nobody is asked for less by not knowing of this.
    """
    return pulumi.Config().get("environment") != "development"


def _alone(rule: Rule) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = Resource(
            urn=args.urn,
            type=args.resource_type,
            name=args.name,
            properties=plain(args.props),
            delete_before_replace=bool(args.opts.delete_before_replace),
        )
        # What a preview does not know is known before the resource is made, and judged then.
        for violation in evaluate(rule, Stack([resource], is_production())).violations:
            report(violation.message, None)

    return ResourceValidationPolicy(rule.name, rule.title, validate)


def _together(rule: Rule) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        verdict = evaluate(rule, Stack([resource(r) for r in args.resources], is_production()))
        for violation in verdict.violations:
            report(violation.message, violation.resource.urn)
        if verdict.undecided:
            # Told as Pulumi tells it: as advice that not all could be judged.
            raise UnknownValueError(
                UNKNOWN_OBJECT_VALUE, [", ".join(r.name for r in verdict.undecided)]
            )
        if not verdict.evaluated:
            args.not_applicable("The stack has nothing that it is about, or is none of production.")

    return StackValidationPolicy(rule.name, rule.title, validate)


def resource(given: PolicyResource) -> Resource:
    """Return a resource as rules see it."""
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
    """Return properties as rules see them: Pulumi's raise where something is not known."""
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
    # Protocol buffers know one kind of number.
    return int(value) if isinstance(value, float) and value.is_integer() else value
