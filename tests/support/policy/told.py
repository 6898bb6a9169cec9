"""What the engine is told of a run, as rules see it, and as the policy pack is sent it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.runtime import rpc

from blueprint.project import stack_settings
from blueprint.recorder import Run, run
from blueprint.recording import Recorder
from blueprint.runner import plain
from checks.policy.rules.catalogue import RULES
from checks.policy.rules.model import UNKNOWN, Resource, Stack
from checks.policy.rules.rule import Rule, Verdict, evaluate
from infra.network.internet import Internet, InternetArgs
from tests.support.stacks import PROJECT, recorded

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

    def program() -> None:
        vpc = aws.ec2.Vpc("vpc", cidr_block="10.0.0.0/24")
        routes = aws.ec2.RouteTable("routes", vpc_id=vpc.id)
        Internet("internet", InternetArgs(vpc=vpc, routes=routes, zone="eu-central-1a"))

    made = resources_of(recorded(program))
    return [*prod(), *(resource for resource in made if resource.name.startswith("internet"))]


@cache
def prod(*, preview: bool = False) -> list[Resource]:
    return seen(prod_run(preview=preview))


def seen(ran: Run) -> list[Resource]:
    """Return a run's resources as rules see them, with the inputs sent to the engine."""
    return resources_of(ran.recorder)


def resources_of(recorder: Recorder) -> list[Resource]:
    return [
        Resource(
            urn=urn,
            type=told.type,
            name=told.name,
            properties=_marked(plain(rpc.deserialize_properties(told.object, keep_unknowns=True))),
            references={p: list(on.urns) for p, on in told.propertyDependencies.items()},
            delete_before_replace=told.deleteBeforeReplace,
        )
        for urn, told in recorder.registrations.items()
        if told.custom
    ]


def _marked(value: Any) -> Any:
    if isinstance(value, pulumi.output.Unknown):
        return UNKNOWN
    if isinstance(value, Mapping):
        return {key: _marked(item) for key, item in value.items()}
    return [_marked(item) for item in value] if isinstance(value, list) else value


def judged(
    resources: Iterable[Resource],
    *,
    production: bool = True,
    emulated: bool = False,
    rules: Sequence[Rule] = RULES,
) -> dict[str, Verdict]:
    """Evaluate rules; return their results by name."""
    whole = Stack(list(resources), production, emulated)
    return {rule.name: evaluate(rule, whole) for rule in rules}


def broken(
    resources: Iterable[Resource],
    *,
    production: bool = True,
    emulated: bool = False,
    rules: Sequence[Rule] = RULES,
) -> dict[str, list[str]]:
    """Return the violations by name of the broken rule."""
    verdicts = judged(resources, production=production, emulated=emulated, rules=rules)
    return {
        name: [str(violation) for violation in verdict.violations]
        for name, verdict in verdicts.items()
        if verdict.violations
    }


class Read(Exception):
    """Something was read."""


class Unreadable(Mapping[str, Any]):
    """Properties that nobody may read."""

    def __getitem__(self, key: str) -> Any:
        raise Read

    def __iter__(self) -> Iterator[str]:
        raise Read

    def __len__(self) -> int:
        raise Read


def readers(resource: Resource, resources: Sequence[Resource]) -> list[Rule]:
    """Return the rules that read a resource's properties; its values change no other verdict."""
    unreadable = replace(resource, properties=Unreadable())
    whole = Stack([unreadable if r is resource else r for r in resources], production=True)

    def reads(rule: Rule) -> bool:
        try:
            evaluate(rule, whole)
        except Read:
            return True
        return False

    return [rule for rule in RULES if reads(rule)]
