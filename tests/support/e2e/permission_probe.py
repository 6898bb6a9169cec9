"""Makes calls under the roles of functions."""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from local.cloud import Cloud
from tests.support.e2e.permission_calls import Call

# Tells the credentials of its role.
_PROBE = """
import os

def handler(event, context):
    names = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
    return [os.environ[name] for name in names]
"""

_CONFIG = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
_DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}
_TRUST = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}


class Probe:
    """Makes calls with the credentials that a function of a role gets.

    All roles share the clients: loading them takes longer than the calls.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._session = botocore.session.get_session()
        self._session.set_credentials("none", "none")
        self._clients: dict[str, Any] = {}

    def denied(self, role: str, calls: Sequence[Call]) -> list[bool]:
        """Make calls under a role; return for each True if a missing permission denied it."""
        credentials = self._session.get_credentials()
        given = _credentials(self._cloud, role)
        credentials.access_key, credentials.secret_key, credentials.token = given
        return [self._code(call) in _DENIED for call in calls]

    def _code(self, call: Call) -> str | None:
        """Return the code of the error that AWS answered, if any."""
        if call.service not in self._clients:
            self._clients[call.service] = self._session.create_client(
                call.service,
                region_name=self._cloud.aws.region,
                endpoint_url=call.endpoint or self._cloud.aws.endpoint,
                config=_CONFIG,
            )
        try:
            getattr(self._clients[call.service], call.operation)(**call.arguments)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return None


def _credentials(cloud: Cloud, role: str) -> list[str]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("probe.py", _PROBE)
    client, name = cloud.client("lambda"), "probe"
    client.create_function(
        FunctionName=name,
        Role=role,
        Runtime="python3.13",
        Handler="probe.handler",
        Code={"ZipFile": archive.getvalue()},
    )
    try:
        answer = client.invoke(FunctionName=name)
        given: list[str] = json.load(answer["Payload"])
    finally:
        client.delete_function(FunctionName=name)
    assert "FunctionError" not in answer, given
    return given


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
