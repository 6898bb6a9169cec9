"""The actions of deploy and preview roles exist, support their resources, and are as narrow as AWS
allows, by parliament's copy of AWS's reference."""

import json
from collections import defaultdict
from functools import cache

import pytest

from blueprint import recorder
from blueprint.arns import ArnRecorder
from blueprint.project import ROOT
from checks.scan.environment import worker
from checks.scan.schema import Schema

BOOTSTRAP = ROOT / "bootstrap"

Problem = tuple[str, str]
"""The problem and its action."""


@cache
def policies() -> dict[str, list[list[list[str]]]]:
    """Return the statements of each role's policies together, and of each boundary."""
    found: dict[str, list[list[list[str]]]] = defaultdict(list)
    ran = recorder.run("account", folder=BOOTSTRAP, recorder=ArnRecorder)
    for policy in ran.recorder.all("aws:iam/policy:Policy"):
        role = policy.name if policy.name.endswith("-boundary") else policy.name.rpartition("-")[0]
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            found[role].append([statement["Action"], statement["Resource"]])
    assert set(found) == {
        "deploy-dev", "deploy-dev-boundary", "deploy-pr", "deploy-pr-boundary", "deploy-prod",
        "deploy-prod-boundary", "preview",
    }  # fmt: skip
    return found


def problems(given: dict[str, list[list[list[str]]]]) -> dict[str, set[Problem]]:
    found: dict[str, set[Problem]] = defaultdict(set)
    for role, problem, action, _ in worker("check_permissions", given=given):
        found[role].add((problem, action))
    return found


ALLOWED = {
    # For buckets since November 2025, after parliament's copy of the reference.
    # https://github.com/hashicorp/terraform-provider-aws/pull/45251
    ("pointless", "s3:ListTagsForResource"),
    ("pointless", "s3:TagResource"),
    ("pointless", "s3:UntagResource"),
    # For a log group's streams; a flow log's role names the group in the same statement.
    ("pointless", "logs:CreateLogStream"),
    ("pointless", "logs:PutLogEvents"),
    # checks/scan/waivers.py has the reasons.
    ("pointless", "dynamodb:ListStreams"),
    ("insufficient", "states:DescribeExecution"),
}


def test_every_permission_exists_fits_and_is_as_narrow_as_aws_allows(schema: Schema) -> None:
    """`problems` names unknown actions, unsupported and missing resources, and an avoidable *."""
    assert schema
    found = problems(policies())
    assert {problem for role in found.values() for problem in role} == ALLOWED
    assert {len(statements) > 5 for statements in policies().values()} == {True}


TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/users"


@pytest.mark.parametrize(
    ("action", "resource", "problem"),
    [
        ("dynamodb:CreateTables", TABLE, "unknown"),
        ("dinamo:CreateTable", TABLE, "unknown"),
        ("dynamodb:CreateTable", "*", "wide"),
        ("dynamodb:CreateTable", "arn:aws:sqs:eu-central-1:123456789012:users", "insufficient"),
        ("sqs:CreateQueue", TABLE, "insufficient"),
        ("dynamodb:ListTables", TABLE, "pointless"),
        ("kms:CreateAlias", "arn:aws:kms:eu-central-1:123456789012:alias/a", "insufficient"),
    ],
)
def test_what_is_wrong_is_found(schema: Schema, action: str, resource: str, problem: str) -> None:
    assert schema
    assert (problem, action) in problems({"role": [[[action], [resource]]]})["role"]
    assert not problems({"role": [[["dynamodb:CreateTable"], [TABLE]]]})
