"""What the functions in the containers talk to: an emulator that holds what the program describes.

It has the tables, bucket, queue and sender of the stack ``local``, but no functions and triggers:
only the images under test act on them. Its state machines do nothing.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session

from blueprint.recorder import run
from blueprint.recording import ACCOUNT, Recorder
from local.containers import find_gateway
from local.emulator import free_port
from local.engine import Engine

REGION = "eu-central-1"
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
_ACCOUNT_ID = "000000000000"
_NOTHING = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


Invoke = Callable[..., Any]
"""Invokes a function's image with events, in order, and returns the answers."""


@dataclass(frozen=True)
class Backend:
    """A running emulator, and the functions as the program declares them."""

    endpoint: str
    program: Recorder

    def client(self, service: str) -> Any:
        return client_of(self.endpoint, service)

    def declared(self, function: str) -> Any:
        """Return a function's inputs as the program sets them."""
        name = function.replace("_", "-")
        return self.program.one("aws:lambda/function:Function", name).inputs

    def environment(self, function: str) -> dict[str, str]:
        """Return what Lambda would set, and the program's settings."""
        declared = self.declared(function)
        variables: dict[str, str] = {
            name: value.replace(f":{ACCOUNT}:", f":{_ACCOUNT_ID}:")
            for name, value in declared["environment"]["variables"].items()
        }
        if "EMAIL_QUEUE_URL" in variables:
            variables["EMAIL_QUEUE_URL"] = self.queue_url
        return {
            **variables,
            **_CREDENTIALS,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(declared["timeout"]),
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
        }

    @property
    def queue_url(self) -> str:
        return f"{self.endpoint}/{_ACCOUNT_ID}/emails"

    def sent(self) -> list[Any]:
        """Return the e-mails that were sent."""
        with urllib.request.urlopen(f"{self.endpoint}/_ministack/ses/messages") as response:
            by_account: dict[str, list[Any]] = json.load(response)["messages"]
        return [message for messages in by_account.values() for message in messages]


def client_of(endpoint: str, service: str) -> Any:
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id=_CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=_CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    )


@contextlib.contextmanager
def start(engine: Engine, directory: Path) -> Iterator[Backend]:
    """Start an emulator on the address at which containers see this machine, and furnish it."""
    with emulator(find_gateway(engine) or "127.0.0.1", directory) as endpoint:
        backend = Backend(endpoint, run("local").recorder)
        _furnish(backend)
        yield backend


@contextlib.contextmanager
def emulator(host: str, directory: Path) -> Iterator[str]:
    """Start an empty emulator without IAM, and yield its endpoint."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "AUTH": "false",
        "BIND_HOST": host,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": host,
        "MINISTACK_REGION": REGION,
        "DOCKER_HOST": f"unix://{directory}/none",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    log = directory / "emulator.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, stdout=output, stderr=output
        )
    try:
        endpoint = f"http://{host}:{port}"
        _wait(endpoint, process, log)
        yield endpoint
    finally:
        process.terminate()
        process.wait(10)


def _wait(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5).close()
            return
        time.sleep(0.05)
    raise AssertionError(f"the emulator does not answer:\n{log.read_text()}")


def _furnish(backend: Backend) -> None:
    dynamodb = backend.client("dynamodb")
    for table in backend.program.all("aws:dynamodb/table:Table"):
        dynamodb.create_table(**_table(table.name, table.inputs))
    s3 = backend.client("s3")
    s3.create_bucket(Bucket="storage", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="storage", VersioningConfiguration={"Status": "Enabled"})
    backend.client("sqs").create_queue(QueueName="emails")
    states = backend.client("stepfunctions")
    for machine in backend.program.all("aws:sfn/stateMachine:StateMachine"):
        states.create_state_machine(
            name=machine.inputs["name"],
            definition=json.dumps(_NOTHING),
            roleArn=f"arn:aws:iam::{_ACCOUNT_ID}:role/any",
        )
    sesv2 = backend.client("sesv2")
    for function in backend.program.all("aws:lambda/function:Function"):
        variables = function.inputs["environment"]["variables"]
        if "SENDER" in variables:
            sesv2.create_configuration_set(ConfigurationSetName=variables["CONFIGURATION_SET"])
            sesv2.create_email_identity(EmailIdentity=variables["SENDER"])


def _table(name: str, inputs: Any) -> dict[str, Any]:
    indexes = [
        {"IndexName": i["name"], "KeySchema": _key(i), "Projection": _projection(i)}
        for i in inputs.get("globalSecondaryIndexes", ())
    ]
    return {
        "TableName": name,
        "BillingMode": inputs["billingMode"],
        "AttributeDefinitions": [
            {"AttributeName": a["name"], "AttributeType": a["type"]} for a in inputs["attributes"]
        ],
        "KeySchema": _key(inputs),
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def _key(inputs: Any) -> list[dict[str, str]]:
    keys = [{"AttributeName": inputs["hashKey"], "KeyType": "HASH"}]
    if "rangeKey" in inputs:
        keys.append({"AttributeName": inputs["rangeKey"], "KeyType": "RANGE"})
    return keys


def _projection(index: Any) -> dict[str, Any]:
    projection = {"ProjectionType": index["projectionType"]}
    if "nonKeyAttributes" in index:
        projection["NonKeyAttributes"] = index["nonKeyAttributes"]
    return projection
