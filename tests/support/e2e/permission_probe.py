"""Makes calls under a role, as a function that has it would."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from local.cloud import Cloud
from tests.support.e2e.permission_calls import Call

# Says what AWS answered to each call: an error's code, or nothing.
_PROBE = """
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

def handler(event, context):
    session, clients, answers = botocore.session.get_session(), {}, []
    for service, operation, arguments, endpoint in event:
        if service not in clients:
            clients[service] = session.create_client(service, endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))
        try:
            getattr(clients[service], operation)(**arguments)
            answers.append("")
        except ClientError as error:
            answers.append(error.response["Error"]["Code"])
    return answers
"""  # noqa: E501

_DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
_TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


def denied(cloud: Cloud, role: str, calls: Sequence[Call]) -> list[bool]:
    """Make calls under a role; return for each True if a missing permission denied it."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("probe.py", _PROBE)
    client, name = cloud.client("lambda"), "probe"
    client.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="probe.handler",
        Timeout=60,
        Code={"ZipFile": archive.getvalue()},
    )
    try:
        event = [(call.service, call.operation, call.arguments, call.endpoint) for call in calls]
        answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
        codes = json.load(answer["Payload"])
    finally:
        client.delete_function(FunctionName=name)
    assert "FunctionError" not in answer, codes
    assert len(codes) == len(calls)
    return [code in _DENIED for code in codes]


@contextmanager
def role(cloud: Cloud, name: str, *actions: str) -> Iterator[str]:
    """Yield the ARN of a role that may do these actions on everything, for a while."""
    iam = cloud.client("iam")
    trust = {"Version": "2012-10-17", "Statement": [_TRUST]}
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    if actions:
        statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
    arn: str = made["Role"]["Arn"]
    try:
        yield arn
    finally:
        if actions:
            iam.delete_role_policy(RoleName=name, PolicyName=name)
        iam.delete_role(RoleName=name)


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def role_of(cloud: Cloud, function: str) -> str:
    configuration = cloud.client("lambda").get_function_configuration(
        FunctionName=cloud.functions[function].name
    )
    arn: str = configuration["Role"]
    return arn


@contextmanager
def narrowed(cloud: Cloud, role_arn: str, action: str) -> Iterator[None]:
    """Remove one action from a role until the block ends."""
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
