"""What the engine is told of a run, as rules see it, and as the policy pack is sent it."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pulumi
from pulumi.runtime import rpc

from blueprint.project import stack_settings
from blueprint.recorder import Run, run
from blueprint.runner import plain
from checks.policy.rules.catalogue import RULES
from checks.policy.rules.model import UNKNOWN, Resource, Stack
from checks.policy.rules.rule import Verdict, evaluate
from tests.support.stacks import PROJECT

NAMES = {f"{rule.row} {rule.part}".strip(): rule.name for rule in RULES}
"""The rules' names by row, and part where a row has several."""


@cache
def prod_run(*, preview: bool = False) -> Run:
    """Run production with a custom domain, which one row needs and production lacks."""
    api = {
        **stack_settings("prod")[f"{PROJECT}:api"],
        "domain": {
            "name": "api.example.com",
            "certificateArn": "arn:aws:acm:eu-central-1:123456789012:certificate/1",
        },
    }
    return run("prod", preview=preview, settings={f"{PROJECT}:api": api})


@cache
def with_way_out() -> list[Resource]:
    """Return production with a way to the internet, which no stack has that sends by SES."""
    network = {**stack_settings("prod")[f"{PROJECT}:network"], "internet": True}
    return seen(run("prod", settings={f"{PROJECT}:network": network}))


@cache
def prod(*, preview: bool = False) -> list[Resource]:
    return seen(prod_run(preview=preview))


def seen(ran: Run) -> list[Resource]:
    """Return a run's resources as rules see them, with the inputs sent to the engine."""
    return [
        Resource(
            urn=urn,
            type=told.type,
            name=told.name,
            properties=_marked(plain(rpc.deserialize_properties(told.object, keep_unknowns=True))),
            references={p: list(on.urns) for p, on in told.propertyDependencies.items()},
            delete_before_replace=told.deleteBeforeReplace,
        )
        for urn, told in ran.recorder.registrations.items()
        if told.custom
    ]


def _marked(value: Any) -> Any:
    if isinstance(value, pulumi.output.Unknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


def judged(
    resources: Iterable[Resource], *, production: bool = True, emulated: bool = False
) -> dict[str, Verdict]:
    """Evaluate all rules; return their results by name."""
    whole = Stack(list(resources), production, emulated)
    return {rule.name: evaluate(rule, whole) for rule in RULES}


def broken(
    resources: Iterable[Resource], *, production: bool = True, emulated: bool = False
) -> dict[str, list[str]]:
    """Return the violations by name of the broken rule."""
    return {
        name: [str(violation) for violation in verdict.violations]
        for name, verdict in judged(resources, production=production, emulated=emulated).items()
        if verdict.violations
    }


def broken_by(changed: Resource, resources: Sequence[Resource]) -> dict[str, list[str]]:
    """Return the violations in a production stack whose other resources are known to break no rule.

    Rules that need one resource only are evaluated on the changed one.
    """
    alone, whole = Stack([changed], production=True), Stack(resources, production=True)
    verdicts = {rule.name: evaluate(rule, alone if rule.per_resource else whole) for rule in RULES}
    return {
        name: [str(v) for v in found.violations]
        for name, found in verdicts.items()
        if found.violations
    }
