"""What a container gets, which reaches the emulator at another address than loopback."""

import json
import socket
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from local import emulator
from local.aws import ACCOUNT_ID, Aws
from local.credentials import Credentials
from local.emulator_command import command
from tests.support.bare_emulator import bare_emulator
from tests.support.signing import FORM, JSON, REGION, Request, presigned, send, signed

LIST = Request("sqs", "POST", "/", {**JSON, "X-Amz-Target": "AmazonSQS.ListQueues"}, b"{}")
SIGN_IN = "AWSCognitoIdentityProviderService.InitiateAuth"
UNSIGNED = [
    LIST,
    Request("any", "GET", "/docs"),
    Request("any", "GET", "/_ministack/health"),
    Request("any", "GET", "/_ministack/ses/messages"),
    Request("any", "GET", "/_aws/execute-api/api/stage/users"),
    Request("any", "GET", "/oauth2/authorize"),
    Request("any", "POST", "/oauth2/token", FORM),
    Request("any", "POST", "/", {**JSON, "X-Amz-Target": SIGN_IN}, b"{}"),
    Request("any", "OPTIONS", "/", {"Access-Control-Request-Method": "PUT"}),
]


def other_address() -> str:
    """Return an address of this machine other than loopback, as a route to anywhere has it."""
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing
        address: str = probe.getsockname()[0]
        return address


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """Yield clients over loopback of an emulator that listens at the other address as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            emulator, "command", lambda port, gateway: command(port=port, gateway=other_address())
        )
        with bare_emulator(tmp_path_factory.mktemp("emulator"), REGION) as clients:
            yield clients


@pytest.fixture(params=["the bridge", "loopback"])
def bridge(aws: Aws, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address that containers use. On Docker Desktop, their name leads to loopback."""
    port, name = aws.endpoint.rpartition(":")[2], "host.docker.internal"
    if request.param == "the bridge":
        return f"http://{other_address()}:{port}"
    resolve = socket.getaddrinfo

    def resolve_name(host: str, *more: Any, **options: Any) -> Any:
        return resolve("127.0.0.1" if host == name else host, *more, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_name)
    return f"http://{name}:{port}"


@pytest.fixture(scope="module")
def session(aws: Aws) -> Credentials:
    trust = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    allowed = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    documents = [json.dumps({"Version": "2012-10-17", "Statement": [s]}) for s in (trust, allowed)]
    iam = aws.client("iam")
    iam.create_role(RoleName="function", AssumeRolePolicyDocument=documents[0])
    iam.put_role_policy(RoleName="function", PolicyName="list", PolicyDocument=documents[1])
    given = aws.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/function", RoleSessionName="function"
    )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def test_a_functions_session_passes_and_does_what_its_role_may(
    bridge: str, session: Credentials
) -> None:
    assert send(bridge, signed(LIST, bridge, session))[0] == 200
    other = replace(LIST, headers={**JSON, "X-Amz-Target": "AmazonSQS.CreateQueue"})
    assert b"AccessDenied" in send(bridge, signed(other, bridge, session))[1]


@pytest.mark.parametrize("call", UNSIGNED, ids=lambda call: f"{call.method} {call.path}")
def test_nothing_is_open(bridge: str, session: Credentials, call: Request) -> None:
    status, body = send(bridge, call)
    assert status == 403, body
    assert b"Sign the request" in body


def test_no_other_credentials_pass(aws: Aws, bridge: str, session: Credentials) -> None:
    identity = Request("sts", "POST", "/", FORM, b"Action=GetCallerIdentity&Version=2011-06-15")
    iam, user_name = aws.client("iam"), uuid.uuid4().hex
    iam.create_user(UserName=user_name)
    key = iam.create_access_key(UserName=user_name)["AccessKey"]
    user = Credentials(key["AccessKeyId"], key["SecretAccessKey"])
    for keys in (aws.credentials, user):
        status, body = send(bridge, signed(identity, bridge, keys))
        assert (status, b"From a container" in body) == (403, True)
    mail = signed(
        Request("execute-api", "GET", "/_ministack/ses/messages"), bridge, aws.credentials
    )
    assert send(bridge, mail)[0] == 403
    for wrong in (replace(session, secret_key="wrong"), Credentials("test", "test")):
        assert send(bridge, signed(identity, bridge, wrong))[0] == 403
    in_url = presigned(Request("s3", "GET", "/"), bridge, session)
    assert send(bridge, in_url)[0] == 403
