"""Production satisfies every row, and a change that breaks a row fails it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from checks.policy.rules import waivers
from checks.policy.rules.catalogue import RULES
from checks.policy.rules.model import Resource
from checks.policy.rules.waivers import EMULATOR, SENDING_IN_EMULATOR, WAIVERS, WAY_OUT, Waiver
from tests.support.policy import (
    additions,
    breaks_api,
    breaks_compute,
    breaks_data,
    breaks_network,
    breaks_rest,
)
from tests.support.policy.additions import Addition, with_added
from tests.support.policy.mutations import Break, after
from tests.support.policy.told import NAMES, broken, judged, prod, seen, with_way_out
from tests.support.stacks import stack

ROWS = set(range(1, 59))
BREAKS = (
    *breaks_compute.BREAKS,
    *breaks_api.BREAKS,
    *breaks_data.BREAKS,
    *breaks_network.BREAKS,
    *breaks_rest.BREAKS,
)


def dev() -> list[Resource]:
    return seen(stack("dev"))


@pytest.mark.parametrize(
    ("name", "resources", "production"), [("prod", prod, True), ("dev", dev, False)]
)
def test_a_stack_keeps_every_rule_that_must_hold_there(
    name: str,
    resources: Callable[[], list[Resource]],
    production: bool,
    record_property: Callable[[str, object], None],
) -> None:
    verdicts = judged(resources(), production=production)
    assert broken(resources(), production=production) == {}
    assert [n for n, verdict in verdicts.items() if verdict.undecided] == []
    evaluated = [rule for rule in RULES if verdicts[rule.name].evaluated]
    nothing = {rule.name for rule in RULES} - {rule.name for rule in evaluated}
    # Not in dev: rows for production only, a domain and a key.
    needless = {rule.name for rule in RULES if rule.production or rule.row in (30, 56)}
    assert nothing == (set() if production else needless)
    record_property(
        "says",
        f"{name}: {len({rule.row for rule in evaluated})} rows by {len(evaluated)} rules, each on "
        f"1 to {max(len(v.evaluated) for v in verdicts.values())} of {len(resources())} resources, "
        f"{sum(len(v.evaluated) for v in verdicts.values())} times: none broken",
    )


def test_there_is_a_rule_for_every_row() -> None:
    assert {rule.row for rule in RULES} == ROWS
    assert len({rule.name for rule in RULES}) == len(RULES) == len(NAMES)
    assert all(rule.title and rule.title.endswith(".") for rule in RULES)


def test_an_empty_stack_is_judged_by_no_rule() -> None:
    assert [name for name, verdict in judged([]).items() if verdict.evaluated] == []


@pytest.mark.parametrize("change", BREAKS, ids=str)
def test_what_breaks_a_row_fails_that_row_alone(change: Break) -> None:
    rows = {NAMES[row] for row in (change.rule, *change.also)}
    assert set(broken(after(prod(), change))) == rows


@pytest.mark.parametrize("addition", additions.ADDITIONS, ids=str)
def test_what_comes_new_is_judged_too(addition: Addition) -> None:
    rows = {NAMES[row] for row in addition.rules}
    assert set(broken(with_added(prod(), addition))) == rows


def test_an_old_deployment_must_serve_until_the_new_one_does() -> None:
    """Row 31 also checks an option, which is not a property."""
    resources = [
        replace(r, delete_before_replace=r.type == "aws:apigateway/deployment:Deployment")
        for r in prod()
    ]
    assert set(broken(resources)) == {NAMES["31"]}


def test_every_rule_is_broken_once() -> None:
    alone = {change.rule for change in BREAKS}
    new = {row for addition in additions.ADDITIONS for row in addition.rules}
    assert set(NAMES) - alone == {"5"}  # only an addition breaks it
    assert alone | new == set(NAMES)


def test_a_stack_in_an_emulator_keeps_every_rule_but_those_on_tls() -> None:
    compose = seen(stack("compose"))
    assert broken(compose, production=False, emulated=True) == {}
    found = broken(compose, production=False)
    rows = {*EMULATOR.rows, *SENDING_IN_EMULATOR.rows}
    assert set(found) == {NAMES[str(row)] for row in rows}


def test_a_stack_in_an_emulator_lets_nobody_else_in() -> None:
    public = {"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    resources = after(
        prod(),
        Break(
            rule="48",
            of="sqs/queuePolicy:QueuePolicy emails-policy",
            path=("policy", "Statement"),
            to=[public],
        ),
    )
    assert set(broken(resources, emulated=True)) == {NAMES["48"]}


@pytest.mark.parametrize(
    ("repository", "valid"),
    [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/app-f", True),
        ("localhost:4566/app-f", True),
        ("localhost:4566/team/app-f", True),
        ("localhost:/app-f", False),
        ("localhost:4566/app-f:tag", False),
        ("app-f:tag", False),
        ("localhost:x/app-f", False),
    ],
)
def test_a_registry_may_have_a_port_and_an_image_no_tag(repository: str, valid: bool) -> None:
    digest = f"sha256:{'0' * 64}"
    function = next(r.name for r in prod() if r.type == "aws:lambda/function:Function")
    change = Break(
        rule="6",
        of=f"lambda/function:Function {function}",
        path=("imageUri",),
        to=f"{repository}@{digest}",
    )
    assert set(broken(after(prod(), change))) == (set() if valid else {NAMES["6"]})


def test_zones_are_told_from_subnets() -> None:
    in_one_zone = [
        replace(r, properties={**r.properties, "availabilityZone": "eu-central-1a"})
        if r.type == "aws:ec2/subnet:Subnet"
        else r
        for r in prod()
    ]
    assert set(broken(in_one_zone)) == {NAMES["15"]}


def test_a_firewall_that_only_counts_guards_nothing() -> None:
    resources = prod()
    for number in (
        breaks_network.REPUTATION,
        breaks_network.BAD_INPUTS,
        breaks_network.COMMON,
    ):
        path = ("rules", number, "overrideAction")
        change = Break(rule="27", of=breaks_network.ACL, path=path, to={"count": {}})
        assert broken(resources) == {}
        resources = after(resources, change)
    assert set(broken(resources)) == {NAMES["27"]}


@pytest.mark.parametrize(
    ("waiver", "value"),
    [(w, v) for w in WAIVERS if w is not SENDING_IN_EMULATOR for v in sorted(w.values)],
)
def test_a_waiver_is_needed(waiver: Waiver, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the waiver, production breaks its rows, and no others; with it, none."""
    resources = with_way_out() if waiver is WAY_OUT else prod()
    assert broken(resources) == {}
    monkeypatch.setitem(vars(waiver), "values", waiver.values - {value})
    found = broken(resources)
    rows = {int(row.split()[0]) for row, rule_name in NAMES.items() if rule_name in found}
    assert rows == set(waiver.rows)


def test_waivers_have_reasons() -> None:
    assert all(waiver.what and waiver.reason for waiver in WAIVERS)
    assert {w for w in vars(waivers).values() if isinstance(w, Waiver)} <= set(WAIVERS)
