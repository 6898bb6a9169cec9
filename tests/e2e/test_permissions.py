"""Each function's role allows what a person wrote down, on everything, and nothing else.

The expectation is ``MAY`` of ``tests/support/statements.py``, written by hand. Here every
action that code of this system could name is called under every role, in the emulator, which
enforces IAM; and all that is granted is seen to be used.
"""

import ast
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.permission_calls import Call, calls
from tests.support.e2e.permission_probe import denied, role
from tests.support.e2e.permission_trail import recording, used
from tests.support.e2e.system import Api, address, invoke, keys, messages_in, until
from tests.support.samples import PICTURE
from tests.support.statements import MAY, TO_READ_THE_SOURCE, Statement, telemetry

ROOT = Path(__file__).parents[2]
FUNCTIONS = sorted(
    path.parent.name.replace("_", "-") for path in ROOT.glob("handlers/*/handler.py")
)

# What the emulator (1.5.33) decides otherwise than AWS, so that it proves nothing there.
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
    """Return what a function's role is to allow: its own policy, and what its trigger adds."""
    assert function in MAY, f"add {function} to MAY in tests/support/statements.py"
    source = [
        statement
        for role_name, added in TO_READ_THE_SOURCE.values()
        if role_name == f"{function}-role"
        for statement in added
    ]
    return [*MAY[function], *source, *telemetry(function)]


def permits(statement: Statement, call: Call) -> bool:
    actions, resources = listed(statement["Action"]), listed(statement["Resource"])
    wanted: dict[str, str] = statement.get("Condition", {}).get("StringEquals", {})
    return (
        call.action in actions
        and any(covers(resource, call.on) for resource in resources)
        and all(call.context.get(key) == value for key, value in wanted.items())
    )


def covers(resource: str, arn: str) -> bool:
    """Policies here have a wildcard at the end only (``test_no_wildcards``)."""
    return arn.startswith(resource[:-1]) if resource.endswith("*") else arn == resource


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def permitted(function: str, call: Call) -> bool:
    return any(permits(statement, call) for statement in statements(function))


def decided_otherwise(function: str, call: Call) -> bool:
    """Whether this is one of the cells where the emulator is known to differ."""
    if call.action in NOT_ALLOWED_HERE:
        return permitted(function, call)
    if call.action in NOT_DENIED_HERE:
        sender = replace(call, context={"ses:FromAddress": "no-reply@example.com"})
        return permitted(function, sender) and not permitted(function, call)
    return False


def role_of(cloud: Cloud, function: str) -> str:
    configuration = cloud.client("lambda").get_function_configuration(
        FunctionName=cloud.functions[function].name
    )
    arn: str = configuration["Role"]
    return arn


@pytest.fixture(scope="module")
def matrix(cloud: Cloud) -> list[Call]:
    return calls(cloud)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_allows_this_and_nothing_else(
    cloud: Cloud, matrix: list[Call], function: str
) -> None:
    verdicts = denied(cloud, role_of(cloud, function), matrix)
    wrong = {
        f"{'denied' if was_denied else 'allowed'}: {call.name}"
        for call, was_denied in zip(matrix, verdicts, strict=True)
        if was_denied == permitted(function, call) and not decided_otherwise(function, call)
    }
    assert wrong == set()
    # Where the emulator has learnt it, it is to be proved.
    as_aws = {
        call.name
        for call, was_denied in zip(matrix, verdicts, strict=True)
        if decided_otherwise(function, call) and was_denied != permitted(function, call)
    }
    assert as_aws == set()
    assert sum(permitted(function, call) for call in matrix) >= 5


def test_who_may_nothing_is_denied_all(cloud: Cloud, matrix: list[Call]) -> None:
    """The emulator judges every one of these calls: none passes because it was not understood."""
    with role(cloud, "nobody") as nobody:
        verdicts = denied(cloud, nobody, matrix)
    passed = {call.action for call, no in zip(matrix, verdicts, strict=True) if not no}
    assert passed == set(NOT_JUDGED_HERE)
    assert len(matrix) > 130


def test_who_may_everything_is_denied_nothing(cloud: Cloud, matrix: list[Call]) -> None:
    """Every call is one that a grant alone decides."""
    with role(cloud, "everybody", "*") as everybody:
        verdicts = denied(cloud, everybody, matrix)
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
        # Sending asks for the identity and the configuration set; the call names both.
        and not resource.endswith(":mail")
    ]
    assert missing == [], "add a call to tests/support/e2e/permission_calls.py"


# What s3transfer's TransferManager does for ``copy``, beside what handlers call themselves.
COPYING = {"get_object", "put_object", "abort_multipart_upload"}


def test_every_operation_that_a_handler_names_is_called(matrix: list[Call]) -> None:
    named = operations() | COPYING
    assert named > {"transact_write_items", "send_message_batch", "list_objects_v2", "send_email"}
    missing = named - {call.operation for call in matrix}
    assert missing == set(), "add a call to tests/support/e2e/permission_calls.py"


def operations() -> set[str]:
    """Read from the handlers' sources which operations of their clients they name."""
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
    # By code, and elsewhere than in the walk below.
    "s3:GetObjectVersion": "the trail does not tell it from s3:GetObject; tested further below",
    "ses:SendEmail": "not in the trail; nobody is marked as welcomed to whom no e-mail was sent",
    "s3:AbortMultipartUpload": "of a copy of more than 128 MB that fails half-way: S3 charges "
    "for parts that are left; see handlers/process_upload/storage.py",
    # By the platform, on the function's behalf; the emulator does it without asking.
    **dict.fromkeys(
        ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", *STREAM],
        "by Lambda's poller",
    ),
    **dict.fromkeys(OWN_LOG, "by Lambda's runtime"),
    **dict.fromkeys(NOT_JUDGED_HERE, "by Lambda's runtime"),
}
NOT_SEEN_OF_A_FUNCTION = {
    ("process-upload", "s3:ListBucket"): "never called: S3 tells by it that an upload is gone "
    "(404) and not forbidden (403)",
}


def lacks(function: str, seen: set[tuple[str, str]]) -> list[str]:
    """Name what a role allows and nothing was seen to need."""
    return [
        f"{action} on {resource}"
        for statement in statements(function)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if action not in NOT_SEEN
        and (function, action) not in NOT_SEEN_OF_A_FUNCTION
        and not resource.endswith("-failures")  # Lambda sends what failed
        and not any(action == done and covers(resource, on) for done, on in seen)
    ]


def test_whatever_is_granted_is_used(cloud: Cloud, api: Api) -> None:
    """Every function does its whole job: a grant that none of it needs is one too many."""
    with recording(cloud):
        by_requests(cloud, api)
        by_uploads(cloud)
        by_schedules(cloud, api)
    seen = {function: used(cloud, function) for function in FUNCTIONS}
    assert [function for function, done in seen.items() if not done] == []
    assert {f: missing for f in FUNCTIONS if (missing := lacks(f, seen[f]))} == {}


def by_requests(cloud: Cloud, api: Api) -> None:
    body = {"name": "Ada Lovelace", "email": address()}
    created = api("POST", "/users", body, {"Idempotency-Key": address()})
    assert created.status == 201
    assert api("GET", f"/users/{created.body['user']['id']}").status == 200
    until(lambda: welcomed(cloud, created.body["user"]["id"]))
    sqs = cloud.client("sqs")
    sqs.send_message(QueueUrl=cloud.outputs["sqs_queue_url"], MessageBody="{broken")
    until(
        lambda: [
            m
            for m in messages_in(sqs, cloud.outputs["sqs_dead_letter_queue_url"])
            if m["Body"] == "{broken"
        ]
    )


def by_uploads(cloud: Cloud) -> None:
    picture = PICTURE.read_bytes()
    upload(cloud, "whole-job.jpg", picture, "processed/", 2)
    upload(cloud, "whole-job.bin", bytes(9), "processed/", 1)
    upload(cloud, "whole-job-broken.jpg", picture[:2_000], "rejected/", 2)


def upload(cloud: Cloud, name: str, content: bytes, prefix: str, results: int) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(Bucket=bucket, Key=f"uploads/{name}", Body=content)
    until(lambda: len(keys(s3, bucket, f"{prefix}{name}/")) == results)


def by_schedules(cloud: Cloud, api: Api) -> None:
    user = api.new_user()
    until(lambda: welcomed(cloud, user["id"]))
    dynamodb = cloud.client("dynamodb")
    # Welcomed by nobody, as it seems; and an entry that expired.
    dynamodb.update_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Key={"id": {"S": user["id"]}},
        UpdateExpression="SET welcome = :pending, welcome_due = :due REMOVE welcomed",
        ExpressionAttributeValues={":pending": {"S": "pending"}, ":due": {"N": "0"}},
    )
    expired = time.time() - 60
    dynamodb.put_item(
        TableName=cloud.outputs["ledger_table_name"],
        Item={
            "id": {"S": "test#whole-job"},
            "expires": {"N": str(int(expired))},
            "expires_day": {"S": day(expired)},
        },
    )
    assert "expired_deleted" in invoke(cloud, "cleanup-expired", {})
    until(lambda: welcomed(cloud, user["id"]))
    # The later one reads the earlier one, to draw it.
    for days_ago in (6, 5):
        asked = day(time.time() - days_ago * 86_400)
        assert invoke(cloud, "daily-report", {"day": asked}) == {"written": [asked]}


def welcomed(cloud: Cloud, user_id: str) -> bool:
    answer = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["dynamodb_table_name"], Key={"id": {"S": user_id}}
    )
    return "welcomed" in answer["Item"]


def day(epoch_seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(epoch_seconds))


@pytest.mark.parametrize("versioned", [True, False])
def test_an_upload_is_read_by_its_version_or_without_one(cloud: Cloud, versioned: bool) -> None:
    """Each of the two permissions is needed: without it the very same event fails."""
    name = f"read-{versioned}.bin"
    upload(cloud, name, bytes(9), "processed/", 1)
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    version = s3.head_object(Bucket=bucket, Key=f"uploads/{name}")["VersionId"]
    event = samples.event("process_upload")
    [record] = event["Records"]
    record["s3"]["bucket"]["name"] = bucket
    record["s3"]["object"] = {"key": f"uploads/{name}", "size": 9, "sequencer": "F" * 16}
    if versioned:
        record["s3"]["object"]["versionId"] = version
    action = "s3:GetObjectVersion" if versioned else "s3:GetObject"
    with narrowed(cloud, role_of(cloud, "process-upload"), action):
        failed = invoke(cloud, "process-upload", event)["errorMessage"]
        assert "1 of 1 uploads failed" in failed
    assert invoke(cloud, "process-upload", event) == {"outcomes": ["copied"]}


@contextmanager
def narrowed(cloud: Cloud, role_arn: str, action: str) -> Iterator[None]:
    """Take one action from a role, for a while."""
    iam, name = cloud.client("iam"), role_arn.rpartition("/")[2]
    [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
    fewer = [
        {**s, "Action": [a for a in listed(s["Action"]) if a != action]} for s in whole["Statement"]
    ]
    assert fewer != whole["Statement"]
    try:
        _put(iam, name, policy, {**whole, "Statement": [s for s in fewer if s["Action"]]})
        yield
    finally:
        _put(iam, name, policy, whole)


def _put(iam: Any, role_name: str, policy: str, document: dict[str, Any]) -> None:
    iam.put_role_policy(RoleName=role_name, PolicyName=policy, PolicyDocument=json.dumps(document))
