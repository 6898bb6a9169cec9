"""Each function's role allows exactly what a person wrote down.

Each function's ``permissions.py`` holds the expectation, written by hand. The test calls every
action that this system's code could name, under every role, in the emulator, which enforces IAM. It
also checks that every grant is used.
"""

import ast
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from local.cloud import Cloud
from tests.support.e2e.permission_calls import Call, calls
from tests.support.e2e.permission_probe import Probe, listed, role, role_of
from tests.support.e2e.permission_trail import recording, used_permissions
from tests.support.e2e.system import Api
from tests.support.functions import FUNCTIONS, allowed, consumed, module_of
from tests.support.statements import Statement, telemetry

ROOT = Path(__file__).parents[2]

# Cases that the emulator (1.5.33) decides unlike AWS, so that they prove nothing.
STREAM = {
    "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
}  # fmt: skip
OWN_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
NOT_ALLOWED_HERE = {
    **dict.fromkeys(STREAM, "asks for them on '*': nobody may, and its own poller asks nobody"),
    **dict.fromkeys(OWN_LOG, "asks for them on the group, where AWS does on the group's streams"),
}
NOT_DENIED_HERE = {
    "ses:SendEmail": "knows no ses:FromAddress: who may send at all may send from any address",
}
NOT_JUDGED_HERE = {
    "xray:PutTelemetryRecords": "has no X-Ray: it refuses nobody, and answers 400",
    "xray:PutTraceSegments": "the same",
}


def statements(function: str) -> list[Statement]:
    """Return the statements that a function's role should have: its own and its trigger's."""
    source = [
        statement
        for owner, consume in consumed().values()
        if owner == function
        for statement in consume.statements
    ]
    return [*allowed()[function], *source, *telemetry(function)]


def permits(statement: Statement, call: Call) -> bool:
    actions, resources = listed(statement["Action"]), listed(statement["Resource"])
    wanted: dict[str, str] = statement.get("Condition", {}).get("StringEquals", {})
    return (
        call.action in actions
        and any(covers(resource, call.on) for resource in resources)
        and all(call.context.get(key) == value for key, value in wanted.items())
    )


def covers(resource: str, arn: str) -> bool:
    """Return whether a policy's resource covers another; wildcards are at the end only."""
    return arn.startswith(resource[:-1]) if resource.endswith("*") else arn == resource


def permitted(function: str, call: Call) -> bool:
    return any(permits(statement, call) for statement in statements(function))


def decided_otherwise(function: str, call: Call) -> bool:
    """Return whether the emulator is known to decide this case unlike AWS."""
    if call.action in NOT_ALLOWED_HERE:
        return permitted(function, call)
    if call.action in NOT_DENIED_HERE:
        sender = replace(call, context={"ses:FromAddress": "no-reply@example.com"})
        return permitted(function, sender) and not permitted(function, call)
    return False


@pytest.fixture(scope="module")
def matrix(cloud: Cloud) -> list[Call]:
    return calls(cloud)


@pytest.fixture(scope="module")
def probe(cloud: Cloud) -> Probe:
    return Probe(cloud)


@pytest.mark.long
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_this_and_nothing_else(
    cloud: Cloud, probe: Probe, matrix: list[Call], function: str
) -> None:
    verdicts = probe.denied(role_of(cloud, function), matrix)
    wrong = {
        f"{'denied' if was_denied else 'allowed'}: {call.name}"
        for call, was_denied in zip(matrix, verdicts, strict=True)
        if was_denied == permitted(function, call) and not decided_otherwise(function, call)
    }
    assert wrong == set()
    # Fails when the emulator has caught up with AWS: then remove the exception.
    as_aws = {
        call.name
        for call, was_denied in zip(matrix, verdicts, strict=True)
        if decided_otherwise(function, call) and was_denied != permitted(function, call)
    }
    assert as_aws == set()
    assert sum(permitted(function, call) for call in matrix) >= 5


@pytest.mark.long
def test_who_may_nothing_is_denied_all(cloud: Cloud, probe: Probe, matrix: list[Call]) -> None:
    """A role without permissions is denied every call, so the emulator evaluates all of them."""
    with role(cloud, "nobody") as nobody:
        verdicts = probe.denied(nobody, matrix)
    passed = {call.action for call, no in zip(matrix, verdicts, strict=True) if not no}
    assert passed == set(NOT_JUDGED_HERE)
    assert len(matrix) > 130


@pytest.mark.long
def test_who_may_everything_is_denied_nothing(
    cloud: Cloud, probe: Probe, matrix: list[Call]
) -> None:
    """A role with all permissions is denied no call, so grants alone decide."""
    with role(cloud, "everybody", "*") as everybody:
        verdicts = probe.denied(everybody, matrix)
    assert [call.name for call, no in zip(matrix, verdicts, strict=True) if no] == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_grant_is_called(matrix: list[Call], function: str) -> None:
    missing = [
        f"{action} on {resource}"
        for statement in statements(function)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if not any(
            permits({**statement, "Action": action, "Resource": resource}, call) for call in matrix
        )
        # Sending requires the identity and the configuration set; the call names both.
        and not resource.endswith(":mail")
    ]
    assert missing == [], "add a call to tests/support/e2e/permission_calls.py"


# The calls of s3transfer's TransferManager for ``copy``, which handlers do not name.
COPYING = {"get_object", "put_object", "abort_multipart_upload"}


def test_every_operation_that_a_handler_names_is_called(matrix: list[Call]) -> None:
    named = operations() | COPYING
    assert named > {"get_item", "transact_write_items", *COPYING}
    missing = named - {call.operation for call in matrix}
    assert missing == set(), "add a call to tests/support/e2e/permission_calls.py"


def operations() -> set[str]:
    """Return the client operations that the handlers' sources name."""
    services: set[str] = set()
    names: set[str] = set()
    for path in ROOT.glob("handlers/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                texts = {a.value for a in node.args if isinstance(a, ast.Constant)}
                if node.func.attr == "client":
                    services |= texts
                elif node.func.attr == "get_paginator":
                    names |= texts
    session = botocore.session.get_session()
    known = {
        xform_name(operation)
        for service in services
        for operation in session.get_service_model(service).operation_names
    }
    return names & known


# What is granted is used


NOT_SEEN = {
    # Used by code that the walk below does not reach.
    "s3:GetObjectVersion": "the trail does not tell it from s3:GetObject; tested further below",
    "ses:SendEmail": "not in the trail; nobody is marked as welcomed to whom no e-mail was sent",
    "s3:AbortMultipartUpload": "of a copy of more than 128 MB that fails half-way: S3 charges "
    "for parts that are left; see handlers/process_upload/storage.py",
    "execute-api:ManageConnections": "not in the trail; a client that hears of its upload was told "
    "by it, see tests/functions/push_uploads/whole_job.py",
    # Used by the platform for the function; the emulator does not check it.
    **dict.fromkeys(
        ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", *STREAM],
        "by Lambda's poller",
    ),
    **dict.fromkeys(OWN_LOG, "by Lambda's runtime"),
    **dict.fromkeys(NOT_JUDGED_HERE, "by Lambda's runtime"),
}


def lacks(function: str, seen: set[tuple[str, str]]) -> list[str]:
    """Return what a role allows although nothing used it."""
    return [
        f"{action} on {resource}"
        for statement in statements(function)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if action not in NOT_SEEN
        and action not in getattr(module_of(function, "permissions"), "NOT_CALLED", {})
        and not resource.endswith("-failures")  # Lambda sends failed events
        and not any(action == done and covers(resource, on) for done, on in seen)
    ]


@pytest.mark.long
def test_whatever_is_granted_is_used(cloud: Cloud, api: Api) -> None:
    """Every function does its whole job, and each of its grants is used."""
    with recording(cloud):
        for function in FUNCTIONS:
            module_of(function, "whole_job").run(cloud, api)
    seen = {function: used_permissions(cloud, function) for function in FUNCTIONS}
    assert [function for function, done in seen.items() if not done] == []
    assert {f: missing for f in FUNCTIONS if (missing := lacks(f, seen[f]))} == {}
