"""The policy pack, run as Pulumi runs it, reports what the rules find."""

from collections.abc import Iterator

import pytest
import yaml
from pulumi.runtime.proto import analyzer_pb2 as proto

from checks.policy.rules.catalogue import RULES
from tests.support.policy import breaks_network
from tests.support.policy.analyzer import PACK, Pack, as_seen, as_told, running
from tests.support.policy.mutations import Break, after
from tests.support.policy.told import NAMES, broken, judged, prod, prod_run, seen
from tests.support.stacks import PROJECT, stack

pytestmark = pytest.mark.long  # Pulumi starts the pack as a new program for each stack

BREAKS = (
    Break(rule="7", of="lambda/function:Function create-user", path=("tracingConfig",)),
    Break(
        rule="18",
        of="iam/rolePolicy:RolePolicy create-user-policy",
        path=("policy", "Statement", 0, "Action"),
        to=["dynamodb:*"],
    ),
    Break(
        rule="39",
        of="s3/bucketPublicAccessBlock:BucketPublicAccessBlock storage-public-access",
    ),
    Break(
        rule="49",
        of="sqs/queue:Queue emails",
        path=("redrivePolicy", "maxReceiveCount"),
        to=1,
    ),
    Break(rule="57 vpc", of=breaks_network.FLOW_LOG),
)
DEVELOPMENT = {f"{PROJECT}:environment": "development"}


@pytest.fixture(scope="module")
def pack() -> Iterator[Pack]:
    with running("prod", {f"{PROJECT}:environment": "production"}) as started:
        yield started


@pytest.fixture(scope="module")
def previewing() -> Iterator[Pack]:
    with running("prod", {}, preview=True) as started:
        yield started


def violations(diagnostics: list[proto.AnalyzeDiagnostic], level: int) -> set[tuple[str, str]]:
    """Return policy and resource of each diagnostic of a level."""
    return {(d.policyName, d.urn) for d in diagnostics if d.enforcementLevel == level}


def test_the_pack_has_its_own_environment() -> None:
    project = yaml.safe_load((PACK / "PulumiPolicy.yaml").read_text())
    assert project["runtime"] == {"name": "python", "options": {"virtualenv": ".venv"}}


def test_every_rule_is_a_mandatory_policy(pack: Pack) -> None:
    kinds = {True: proto.POLICY_TYPE_RESOURCE, False: proto.POLICY_TYPE_STACK}
    policies = pack.info().policies
    assert {p.name: p.policy_type for p in policies} == {
        r.name: kinds[r.per_resource] for r in RULES
    }
    assert {p.enforcementLevel for p in policies} == {proto.MANDATORY}


def test_production_passes(pack: Pack) -> None:
    assert pack.analyze(as_told(prod_run().recorder)) == []


def test_what_breaks_rows_is_reported_by_their_names(pack: Pack) -> None:
    """Some are asked of a resource alone, and others of the whole stack."""
    changed = prod()
    for change in BREAKS:
        changed = after(changed, change)
    diagnostics = pack.analyze(as_seen(changed))
    assert {d.policyName for d in diagnostics} == {NAMES[change.rule] for change in BREAKS}
    verdicts = judged(changed)
    expected = [(rule, found) for rule in RULES for found in verdicts[rule.name].violations]
    assert violations(diagnostics, proto.MANDATORY) == {
        (rule.name, found.resource.urn) for rule, found in expected
    }
    assert {d.message for d in diagnostics} == {f"{r.title}\n{v.message}" for r, v in expected}


def test_a_preview_of_a_new_stack_says_what_it_cannot_know(previewing: Pack) -> None:
    """No row fails because of an unknown value, and every undecided stack row is reported."""
    verdicts = judged(prod(preview=True))
    diagnostics = previewing.analyze(as_told(prod_run(preview=True).recorder))
    assert violations(diagnostics, proto.MANDATORY) == set()
    assert {name for name, _ in violations(diagnostics, proto.ADVISORY)} == {
        rule.name for rule in RULES if verdicts[rule.name].undecided and not rule.per_resource
    }


def test_a_preview_of_a_broken_stack_fails_already(previewing: Pack) -> None:
    change = Break(rule="16", of="lambda/functionRecursionConfig:FunctionRecursionConfig "
                   "create-user-recursion")  # fmt: skip
    diagnostics = previewing.analyze(as_seen(after(prod(preview=True), change)))
    assert {name for name, _ in violations(diagnostics, proto.MANDATORY)} == {NAMES["16"]}


def test_rows_of_production_are_asked_of_all_stacks_but_development_ones() -> None:
    told = as_told(stack("dev").recorder)
    with running("dev", DEVELOPMENT) as pack:
        assert pack.analyze(told) == []
    with running("dev", {}) as pack:
        names = {name for name, _ in violations(pack.analyze(told), proto.MANDATORY)}
    assert names == set(broken(seen(stack("dev")), production=True)) != set()


def test_a_row_can_be_made_advice() -> None:
    """Pulumi's ``--policy-pack-config`` does this."""
    change = Break(rule="25", of="apigateway/stage:Stage api-stage", path=("xrayTracingEnabled",))
    with running("prod", {}) as pack:
        pack.configure({NAMES["25"]: proto.ADVISORY})
        diagnostics = pack.analyze(as_seen(after(prod(), change)))
    assert violations(diagnostics, proto.MANDATORY) == set()
    assert {name for name, _ in violations(diagnostics, proto.ADVISORY)} == {NAMES["25"]}
