"""Each function's role does what its grants say, and one thing more is refused."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cloud import Cloud

# Runs under another function's role, and says what AWS answered to one call.
PROBE = """
import boto3, botocore.exceptions

def handler(event, context):
    client = boto3.client(event["service"])
    try:
        getattr(client, event["operation"])(**event["arguments"])
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError"}


def _calls(cloud: Cloud) -> dict[str, tuple[list[Any], list[Any]]]:
    """By function: a call that is granted, and one that a careless role would allow."""
    users, ledger = cloud.outputs["dynamodb_table_name"], cloud.outputs["ledger_table_name"]
    bucket, queue = cloud.outputs["s3_bucket_name"], cloud.outputs["sqs_queue_url"]
    key = {"id": {"S": "probe"}}

    def put(table: str) -> list[Any]:
        return ["dynamodb", "put_item", {"TableName": table, "Item": key}]

    def get(table: str) -> list[Any]:
        return ["dynamodb", "get_item", {"TableName": table, "Key": key}]

    def update(table: str) -> list[Any]:
        arguments = {"TableName": table, "Key": key}
        return ["dynamodb", "update_item", arguments]

    def delete(table: str) -> list[Any]:
        return ["dynamodb", "delete_item", {"TableName": table, "Key": key}]

    def write(prefix: str) -> list[Any]:
        return ["s3", "put_object", {"Bucket": bucket, "Key": f"{prefix}/probe"}]

    def send() -> list[Any]:
        return ["sqs", "send_message", {"QueueUrl": queue, "MessageBody": "{}"}]

    def mail(sender: str) -> list[Any]:
        return [
            "sesv2",
            "send_email",
            {
                "FromEmailAddress": sender,
                "ConfigurationSetName": "serverless-app-local-mail",
                "Destination": {"ToAddresses": ["probe@example.com"]},
                "Content": {
                    "Simple": {
                        "Subject": {"Data": "probe"},
                        "Body": {"Text": {"Data": "probe"}},
                    }
                },
            },
        ]

    return {
        "create-user": (put(users), get(users)),
        "get-user": (get(users), put(users)),
        "queue-welcome": (send(), get(users)),
        "send-email": (mail("no-reply@example.com"), get(users)),
        "process-upload": (write("processed"), write("reports")),
        "cleanup-expired": (delete(ledger), delete(users)),
        "daily-report": (write("reports"), write("processed")),
    }


FUNCTIONS = sorted(
    path.parent.name.replace("_", "-")
    for path in Path(__file__).parents[2].glob("handlers/*/handler.py")
)


@pytest.fixture(params=FUNCTIONS)
def probed(request: pytest.FixtureRequest, cloud: Cloud) -> Iterator[tuple[str, str]]:
    """A function's name, and a probe that has its role."""
    client = cloud.client("lambda")
    role = client.get_function_configuration(FunctionName=cloud.functions[request.param].name)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("probe.py", PROBE)
    name = f"probe-{request.param}"
    client.create_function(
        FunctionName=name,
        Role=role["Role"],
        Runtime="python3.13",
        Handler="probe.handler",
        Timeout=30,
        Code={"ZipFile": archive.getvalue()},
    )
    yield request.param, name
    client.delete_function(FunctionName=name)


def test_a_role_allows_what_is_granted_and_no_more(cloud: Cloud, probed: tuple[str, str]) -> None:
    function, probe = probed

    def call(service: str, operation: str, arguments: dict[str, Any]) -> Any:
        event = {"service": service, "operation": operation, "arguments": arguments}
        answer = cloud.client("lambda").invoke(
            FunctionName=probe, Payload=json.dumps(event).encode()
        )
        return json.load(answer["Payload"])

    calls = _calls(cloud)
    assert function in calls, f"add {function} here: to _calls, one call granted and one refused"
    granted, refused = calls[function]
    assert call(*granted) == "allowed"
    assert call(*refused) in DENIED
