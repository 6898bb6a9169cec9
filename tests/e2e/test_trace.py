"""One id from a request or an upload to all that follows, and ``app trace``, which finds it."""

import json
from functools import partial
from typing import Any

import pytest

from handlers.runtime.trace import is_trace
from local.cloud import Cloud
from local.mail import sent
from ops.trace import command
from tests.support.e2e.system import Api, address, log_records, until
from tests.support.samples import PICTURE

HOUR = "1h"


def records(cloud: Cloud, function: str, trace: str) -> list[dict[str, Any]]:
    """Return the records of a function that have a trace."""
    found = log_records(cloud.client("logs"), cloud.functions[function].log_group)
    return [record for record in found if record.get("trace") == trace]


def chain(cloud: Cloud, trace: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return what ``app trace`` prints as JSON."""
    capsys.readouterr()
    found = command.run(cloud.outputs, cloud.client, trace=trace, since=HOUR, as_json=True)
    assert found == 0
    cause: dict[str, Any] = json.loads(capsys.readouterr().out)
    return cause


def test_a_request_is_followed_to_its_e_mail(
    cloud: Cloud, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    email = address()
    answer = api("POST", "/users", {"name": "Ada", "email": email})
    trace = answer.headers["x-amzn-requestid"]
    user = answer.body["user"]["id"]
    item = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["dynamodb_table_name"], Key={"id": {"S": user}}
    )["Item"]
    assert item["trace"] == {"S": trace}
    until(lambda: any(email in str(message) for message in sent(cloud.aws)))
    # A log is written at the end of its invocation, which may be after what followed.
    outcomes = {
        function: [record["outcome"] for record in until(partial(records, cloud, function, trace))]
        for function in ("create-user", "queue-welcome", "send-email")
    }
    assert outcomes == {
        "create-user": ["created"],
        "queue-welcome": ["queued"],
        "send-email": ["sent"],
    }
    cause = chain(cloud, trace, capsys)
    assert (cause["kind"], cause["outcome"]) == ("request", "ok")
    runs = [
        (run["function"], run["logs"][0]["message"])
        for run in cause["invocations"]
        if run["function"] in outcomes  # a team may have added readers of the stream
    ]
    # The emulator dates a log at the end of its invocation, which may be after what followed.
    assert sorted(runs) == [
        ("create-user", "created"), ("queue-welcome", "queued"), ("send-email", "sent"),
    ]  # fmt: skip
    assert all(run["duration_ms"] for run in cause["invocations"])


def test_a_refused_request_is_found_too(
    cloud: Cloud, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = api("POST", "/users", {})
    trace = answer.headers["x-amzn-requestid"]
    until(lambda: records(cloud, "create-user", trace))
    [run] = chain(cloud, trace, capsys)["invocations"]
    assert [record["fields"]["status"] for record in run["logs"]] == [400]


def test_an_upload_is_followed_to_its_results(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(Bucket=bucket, Key="uploads/trace/a.jpg", Body=PICTURE.read_bytes())

    def results() -> list[dict[str, str]]:
        keys = s3.list_objects_v2(Bucket=bucket, Prefix="processed/trace/").get("Contents", [])
        found = (s3.head_object(Bucket=bucket, Key=key["Key"]) for key in keys)
        return [each["Metadata"] for each in found]

    until(lambda: len(results()) == 2)
    [trace] = {metadata["trace"] for metadata in results()}
    assert is_trace(trace)
    until(lambda: records(cloud, "process-upload", trace))
    cause = chain(cloud, trace, capsys)
    assert (cause["kind"], [run["function"] for run in cause["invocations"]]) == (
        "upload", ["process-upload"],
    )  # fmt: skip


def test_a_message_without_a_trace_gives_its_id(cloud: Cloud) -> None:
    """As messages have none that others send, and those from before there was one."""
    sqs, queue = cloud.client("sqs"), cloud.outputs["sqs_queue_url"]
    hostile = {"DataType": "String", "StringValue": "Ada Lovelace <ada@example.com>"}
    body = {"to": address(), "subject": "Hi", "body": "Hello", "type": "notification"}
    ids = [
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(body), MessageAttributes=more)[
            "MessageId"
        ]
        for more in ({}, {"trace": hostile})
    ]
    for message in ids:
        until(lambda: records(cloud, "send-email", message))  # noqa: B023
        [record] = records(cloud, "send-email", message)
        assert (record["outcome"], record["message_id"]) == ("sent", message)
