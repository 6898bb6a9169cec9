"""The table of permissions has all that the program needs, and nothing that it does not."""

import json
import re

import pytest

from blueprint.project import ROOT
from bootstrap.permissions import areas, boundary, smoke, state
from bootstrap.permissions.model import Permission, document, may
from cli import main
from tests.support.accounts import (
    ENVIRONMENTS,
    PROJECT,
    Named,
    account,
    policies,
    programs,
    statements,
)

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_POLICY = 6_144
MOST_POLICIES = 8
"""IAM allows ten; two are left for a team's own."""


def entries() -> dict[str, tuple[Permission, ...]]:
    return {type_: given for area in areas.AREAS.values() for type_, given in area.items()}


def recorded() -> set[str]:
    """Return all that the program makes in AWS, and all that it asks of it."""
    found: set[str] = set()
    for run in programs():
        recorder = run.recorder
        assert isinstance(recorder, Named)
        found |= {r.type for r in recorder.resources if r.custom} | recorder.asked
    return found


def demand(types: set[str]) -> None:
    """Fail where a type has no permissions, or permissions have no type."""
    missing = sorted(types - set(entries()) - areas.FREE)
    assert not missing, (
        f"The program makes {', '.join(missing)}: write down in bootstrap/permissions/ what its "
        "provider needs to make, read, change, tag and delete it, in the area that it belongs to, "
        "and run the bootstrap again (docs/deploying.md)"
    )
    unused = sorted((set(entries()) | areas.FREE) - types)
    assert not unused, (
        f"The program makes no {', '.join(unused)} any more: take it from bootstrap/permissions/"
    )


def test_every_type_has_its_permissions_and_no_permission_is_left_over() -> None:
    demand(recorded())
    assert len(recorded()) > 60
    assert all(entries().values())
    assert sum(len(area) for area in areas.AREAS.values()) == len(entries())


@pytest.mark.parametrize("type_", sorted(entries()))
def test_an_entry_that_is_dropped_is_missed(type_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    [area] = [area for area in areas.AREAS.values() if type_ in area]
    monkeypatch.delitem(area, type_)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=f"The program makes {type_}: write down in bootstrap"):
        demand(recorded())


def test_a_new_type_is_missed() -> None:
    with pytest.raises(AssertionError, match="makes aws:new/thing:Thing: write down in bootstrap/"):
        demand({*recorded(), "aws:new/thing:Thing"})


def test_a_type_that_went_leaves_no_permission() -> None:
    with pytest.raises(AssertionError, match="makes no aws:sqs/queue:Queue any more: take it from"):
        demand(recorded() - {"aws:sqs/queue:Queue"})


@pytest.mark.parametrize("role", [*(f"deploy-{name}" for name in ENVIRONMENTS), "preview"])
def test_a_roles_policies_fit(role: str) -> None:
    given = policies(role)
    assert set(given) == set(areas.AREAS)
    assert len(given) <= MOST_POLICIES
    assert all(len(text) <= LONGEST_POLICY for text in given.values())


def test_policies_fit_with_the_longest_of_names() -> None:
    stack = "x" * 20
    values = {
        "partition": "aws-us-gov",
        "suffix": "amazonaws.com.cn",
        "region": "ap-southeast-1",
        "account": "123456789012",
        "project": PROJECT,
        "stack": stack,
        "name": f"{PROJECT}-{stack}",
        "sender": "x" * 253,
        "zone": "Z" * 32,
        "boundary": f"arn:aws-us-gov:iam::123456789012:policy/{PROJECT}-bootstrap-{stack}-boundary",
        "bucket": f"arn:aws-us-gov:s3:::{PROJECT}-bootstrap-state-1a2b3c4",
        "key": f"arn:aws-us-gov:kms:ap-southeast-1:123456789012:key/{'x' * 36}",
    }
    own = {area: areas.of(area, destroy=True) for area in areas.AREAS}
    policies = areas.sharing(own, state=state.WRITE, smoke=smoke.SMOKE)
    documents = {
        **{name: document(permissions, values) for name, permissions in policies.items()},
        "boundary": document(boundary.BOUNDARY, values),
    }
    assert [area for area, text in documents.items() if len(text) > LONGEST_POLICY] == []


def needed(help_text: str) -> set[str]:
    """Return the actions that a command's help lists."""
    lines = re.findall(r"^    ([a-z0-9]+):([A-Za-z]+(?:,\s+[A-Za-z]+)*)(?=  |$)", help_text, re.M)
    return {f"{service}:{a.strip()}" for service, actions in lines for a in actions.split(",")}


def allowed() -> dict[str, set[str]]:
    """Return the actions of production's deploy role, by the policy."""
    return {
        area: {a for s in statements(text) for a in s["Action"]}
        for area, text in policies("deploy-prod").items()
    }


RELEASES = ["release", "rollback"] if (ROOT / "ops/release").is_dir() else []  # may be deleted


@pytest.mark.parametrize("command", RELEASES)
def test_a_release_may_what_its_help_says(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    actions = needed(capsys.readouterr().out)
    assert {"lambda:GetFunctionConfiguration", "cloudwatch:DescribeAlarms"} <= actions
    assert ("lambda:DeleteFunction" in actions) == (command == "release")
    given = allowed()
    assert actions <= given["functions"] | given["watching"]


def test_a_smoke_test_may_what_its_help_says(capsys: pytest.CaptureFixture[str]) -> None:
    """Its policy allows what the help lists, and nothing else, beyond deploying."""
    assert main(["smoke", "--help"]) == 0
    actions = needed(capsys.readouterr().out)
    given = allowed()
    own = {action for permission in smoke.SMOKE for action in permission.actions}
    assert own <= given["callers"]
    assert own == {"dynamodb:DeleteItem", "dynamodb:GetItem", "kms:Decrypt", "s3:DeleteObject"}
    assert own < actions
    assert actions - own <= given["api"] | given["functions"]


def test_what_takes_data_away_is_for_those_who_may() -> None:
    taking = {
        action
        for given in entries().values()
        for permission in given
        if permission.destroys
        for action in permission.actions
    }
    assert taking >= {"dynamodb:DeleteTable", "s3:DeleteObjectVersion", "kms:ScheduleKeyDeletion"}

    def of(role: str) -> set[str]:
        return {
            a for text in policies(role).values() for s in statements(text) for a in s["Action"]
        }

    assert taking <= of("deploy-dev")
    # Pulumi deletes its own locks and checkpoints, and a smoke test its file, whose versions stay.
    assert taking & of("deploy-prod") == {"s3:DeleteObject"}
    assert not taking & {
        a
        for area in areas.AREAS
        for permission in areas.of(area, destroy=False)
        for a in permission.actions
    }


def test_a_preview_changes_nothing() -> None:
    reads = ("Describe", "Get", "List", "GET", "Decrypt")
    found = [
        action
        for text in policies("preview").values()
        for statement in statements(text)
        for action in statement["Action"]
        if not action.partition(":")[2].startswith(reads)
    ]
    assert found == []
    assert {"apigateway:GET", "dynamodb:DescribeTable"} <= {
        action
        for text in policies("preview").values()
        for statement in statements(text)
        for action in statement["Action"]
    }


def test_no_policy_has_a_pattern_of_actions() -> None:
    for resource in account().recorder.all("aws:iam/policy:Policy"):
        for statement in statements(resource.inputs["policy"]):
            assert statement["Effect"] == "Allow"
            assert not [action for action in statement["Action"] if "*" in action]


def test_permissions_of_the_same_kind_become_one_statement() -> None:
    given = [may("sqs", "A B", "q"), may("sqs", "B C", "q"), may("sqs", "D", "{r}")]
    assert json.loads(document(given, {"r": "r"}))["Statement"] == [
        {"Effect": "Allow", "Action": ["sqs:A", "sqs:B", "sqs:C"], "Resource": ["q"]},
        {"Effect": "Allow", "Action": ["sqs:D"], "Resource": ["r"]},
    ]
    assert "sqs:D" not in document(given, {})  # an environment that has nothing of the kind
