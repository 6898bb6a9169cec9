"""Who gets past the gate of docker-compose.yml, started by its own command."""

import json
import os
import re
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from blueprint.project import ROOT
from local.aws import ACCOUNT_ID, Aws
from local.credentials import Credentials
from local.emulator import free_port
from tests.support.signing import FORM, REGION, Request, presigned, send, signed

SERVICE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["aws"]
ROOT_KEYS = Credentials("test", "test")
IDENTITY = Request("sts", "POST", "/", FORM, b"Action=GetCallerIdentity&Version=2011-06-15")
FOR_FUNCTIONS = "http://aws:4566"
EVIL = "http://evil.example"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, port = tmp_path_factory.mktemp("compose"), free_port()
    command = re.fullmatch(r"\$\{EMULATOR_COMMAND:-python (.*)\}", SERVICE["entrypoint"])
    assert command
    arguments = shlex.split(command[1].replace("0.0.0.0:4566", f"127.0.0.1:{port}"))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={
                "PATH": os.environ["PATH"],
                "AUTH": SERVICE["environment"]["AUTH"],
                "PYTHONPATH": str(ROOT),
                "GATEWAY_PORT": str(port),
                "DOCKER_HOST": "unix:///none",
                "IOT_MTLS_ENABLED": "0",
                "SFTP_ENABLED": "0",
                "HOME": str(folder),
            },
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/_localstack/health", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="module")
def session(endpoint: str) -> Credentials:
    """The credentials of a role, as a function has them."""
    aws = Aws(endpoint, REGION, ROOT_KEYS)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    aws.client("iam").create_role(RoleName="function", AssumeRolePolicyDocument=document)
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/function"
    given: Any = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="run")["Credentials"]
    aws.close()
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566"])
def test_this_machine_may_use_it(endpoint: str, host: str) -> None:
    request = signed(IDENTITY, f"http://{host}", ROOT_KEYS)
    assert send(endpoint, request.with_headers(Host=host))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},  # DNS rebinding
        {"Host": "aws.evil.example:4566"},
        {"Host": "172.18.0.2:4566"},  # the container's own address, which Linux leads to
        {"Origin": EVIL},  # a simple POST
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/", "/_ministack/ses/messages", "/_aws/execute-api/a/b/users"])
def test_web_pages_may_not(endpoint: str, headers: dict[str, str], path: str) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        request = Request("sts", method, path, {**FORM, **headers}, IDENTITY.body)
        status, body = send(endpoint, request)
        assert status == 403
        assert b"may not use" in body or b"Host header" in body
    keys = signed(Request("sts", "POST", path, FORM, IDENTITY.body), endpoint, ROOT_KEYS)
    assert send(endpoint, Request("sts", "POST", path, keys.headers | headers, keys.body))[0] == 403


def test_functions_may_use_it_by_its_name(endpoint: str, session: Credentials) -> None:
    status, body = send(
        endpoint, signed(IDENTITY, FOR_FUNCTIONS, session).with_headers(Host="aws:4566")
    )
    assert status == 200
    assert b":assumed-role/function/run" in body


def test_by_that_name_nobody_else_may(endpoint: str, session: Credentials) -> None:
    another = Credentials(session.access_key, "x" * 40, session.token)
    tried = [
        IDENTITY,
        signed(IDENTITY, FOR_FUNCTIONS, ROOT_KEYS),
        signed(IDENTITY, FOR_FUNCTIONS, another),
        signed(IDENTITY, FOR_FUNCTIONS, Credentials("ASIA0000000000000000", "x", "x")),
        presigned(Request("s3", "GET", "/bucket/key"), FOR_FUNCTIONS, session),
        Request("any", "GET", "/_ministack/ses/messages"),
        Request("execute-api", "GET", "/_aws/execute-api/a/b/users"),
    ]
    for request in tried:
        assert send(endpoint, request.with_headers(Host="aws:4566"))[0] == 403, request
