"""Dead letters, from the fault to the fixed system, with the command that people use."""

import contextlib
import io
import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import cli
from handlers.domain.user_items import created_id
from infra.emulator_roles import for_role
from local.cloud import Cloud
from local.mail import sent
from tests.support import samples
from tests.support.e2e.redriving import Redrive, messages_of, purge, redrive, url_of
from tests.support.e2e.system import Api, address, broken, log_records, until
from tests.support.e2e.uploading import Caller
from tests.support.functions import expected
from tests.support.stacks import PROJECT

ROOT = Path(__file__).parents[2]

__all__ = ["redrive"]

QUEUES = sorted(queue for each in expected().values() for queue in each.dead_letters)
TABLES = {
    "users": "dynamodb_table_name",
    "ledger": "ledger_table_name",
    "user-uploads": "uploads_table_name",
}
"""The output that has the name of each table with a stream."""
SHARD = "shardId-00000000000000000000-00000000"
"""The emulator's streams have one."""


@pytest.fixture
def impatient(cloud: Cloud) -> Iterator[None]:
    """Retry failed e-mails after a second, not after three minutes."""
    sqs, url = cloud.client("sqs"), cloud.outputs["sqs_queue_url"]
    names = ["VisibilityTimeout"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def invocations(cloud: Cloud, function: str) -> int:
    """Return how many invocations of a function have ended."""
    group = cloud.functions[function].log_group
    events = cloud.client("logs").filter_log_events(logGroupName=group, limit=10_000)["events"]
    return sum(event["message"].startswith("REPORT ") for event in events)


def receives(cloud: Cloud) -> int:
    """Return how often an e-mail is received before it is a dead letter."""
    names, url = ["RedrivePolicy"], cloud.outputs["sqs_queue_url"]
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    count: int = json.loads(attributes["Attributes"]["RedrivePolicy"])["maxReceiveCount"]
    return count


@pytest.fixture(autouse=True)
def no_letters(cloud: Cloud) -> Iterator[None]:
    """Begin without what other tests have left, and leave nothing to them: they share the cloud."""
    purge(cloud)
    yield
    purge(cloud)


def _stream(cloud: Cloud, queue: str) -> str:
    """Return the ARN of the stream whose records' positions a dead-letter queue has."""
    (table,) = {
        each.trigger.removeprefix("stream ")
        for each in expected().values()
        if each.dead_letters.get(queue) == "stream"
    }
    described = cloud.client("dynamodb").describe_table(TableName=cloud.outputs[TABLES[table]])
    stream: str = described["Table"]["LatestStreamArn"]
    return stream


def _positions(cloud: Cloud, queue: str, **key: str) -> list[str]:
    """Return the positions, in a queue's stream, of the records of the item with a key."""
    wanted = {name: {"S": value} for name, value in key.items()}
    streams, found = cloud.client("dynamodbstreams"), []
    iterator = streams.get_shard_iterator(
        StreamArn=_stream(cloud, queue), ShardId=SHARD, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    while (answer := streams.get_records(ShardIterator=iterator))["Records"]:
        records = [record["dynamodb"] for record in answer["Records"]]
        found += [r["SequenceNumber"] for r in records if r["Keys"] == wanted]
        iterator = answer["NextShardIterator"]
    return found


def _put_position(cloud: Cloud, queue: str, first: str, last: str) -> None:
    """Send a dead letter as AWS does when it gives up a record."""
    record = {
        "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 6},
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "version": "1.0",
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": first,
            "endSequenceNumber": last,
            "batchSize": 1,
            "streamArn": _stream(cloud, queue),
        },
    }
    cloud.client("sqs").send_message(QueueUrl=url_of(cloud, queue), MessageBody=json.dumps(record))


@pytest.mark.long
def test_a_poisoned_email_is_sent_once_when_it_is_mended(
    cloud: Cloud, redrive: Redrive, impatient: None
) -> None:
    to = address()
    body = json.dumps({"to": to, "subject": "s", "body": "Canary", "type": "notification"})
    attributes = {
        "user_id": {"DataType": "String", "StringValue": "user_01ARZ3NDEKTSV4RRFFQ69G5FAV"}
    }
    before = invocations(cloud, "send-email")
    with broken(cloud, "send-email"):
        cloud.client("sqs").send_message(
            QueueUrl=cloud.outputs["sqs_queue_url"], MessageBody=body, MessageAttributes=attributes
        )

        def dead() -> list[dict[str, Any]]:
            return [m for m in messages_of(cloud, "emails-dead-letters") if m["Body"] == body]

        (letter,) = until(dead, seconds=90)
        # With so short a visibility timeout, the message is dead while invocations still work on
        # it; one that is slow to start would send it as soon as the function is mended.
        ended = before + receives(cloud)
        until(lambda: invocations(cloud, "send-email") >= ended, seconds=90)
    assert letter["MessageAttributes"] == attributes

    code, said = redrive("emails-dead-letters", dry_run=True)
    assert code == 0
    assert letter["MessageId"] in said
    assert "left unchanged" in said
    assert "Canary" not in said
    assert to not in said
    assert dead()
    assert to in redrive("emails-dead-letters", dry_run=True, show=True)[1]

    def mails() -> int:
        return sum(mail["To"] == [to] for mail in sent(cloud.aws))

    assert mails() == 0
    code, said = redrive("emails-dead-letters")
    assert code == 0
    assert "1 moved back, 0 kept" in said
    assert not dead()
    until(mails)
    time.sleep(1)
    assert mails() == 1


def test_records_are_read_from_the_stream_again(api: Api, cloud: Cloud, redrive: Redrive) -> None:
    group = cloud.functions["queue-welcome"].log_group

    def queued(user_id: str) -> list[str]:
        records = log_records(cloud.client("logs"), group)
        return [
            r["sequence"]
            for r in records
            if r.get("outcome") == "queued" and r.get("user_id") == user_id
        ]

    user = api.new_user()
    (sequence,) = until(lambda: queued(user["id"]))
    _put_position(cloud, "new-users-failures", sequence, sequence)
    code, said = redrive("new-users-failures")
    assert code == 0, said
    assert "RetryAttemptsExhausted, batch of 1  ->  processed" in said
    until(lambda: queued(user["id"]) == [sequence, sequence])
    assert messages_of(cloud, "new-users-failures") == []


def test_a_record_that_has_left_the_stream_is_said_to_be_gone(
    cloud: Cloud, redrive: Redrive
) -> None:
    long_ago = "1".zfill(30)
    _put_position(cloud, "new-users-failures", long_ago, long_ago)
    code, said = redrive("new-users-failures")
    assert code == 1
    assert "kept: has left the stream" in said
    assert len(messages_of(cloud, "new-users-failures")) == 1


@pytest.fixture
def on_aws(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[int, str]]]:
    """Run the command as for a stack in AWS, with the permissions in its help."""

    def theirs(text: str) -> str:
        return text.replace(cloud.endpoint, "https://sqs.us-east-1.amazonaws.com")

    entries = cloud.outputs["dead_letters"]
    pulumi = tmp_path / "pulumi"
    (tmp_path / "outputs.json").write_text(theirs(json.dumps({"dead_letters": entries})))
    pulumi.write_text(f"#!/bin/sh\nexec cat {tmp_path}/outputs.json\n")
    pulumi.chmod(0o755)

    def queue(url: str) -> str:
        return f"arn:aws:sqs:us-east-1:000000000000:{url.rpartition('/')[2]}"

    allowed = {
        "sqs:ReceiveMessage sqs:DeleteMessage sqs:ChangeMessageVisibility sqs:GetQueueAttributes": [
            queue(entry["url"]) for entry in entries.values()
        ],
        "sqs:SendMessage": [queue(cloud.outputs["sqs_queue_url"])],
        "lambda:InvokeFunction": [
            entry["target"] for entry in entries.values() if entry["kind"] != "queue"
        ],
        # In AWS this is the stream; the emulator does not check which one is read.
        "dynamodb:GetShardIterator dynamodb:GetRecords": ["*"],
    }
    statements = [
        {"Effect": "Allow", "Action": actions.split(), "Resource": resources}
        for actions, resources in allowed.items()
    ]
    iam = cloud.client("iam")
    user = f"operator-{uuid.uuid4().hex}"
    iam.create_user(UserName=user)
    iam.put_user_policy(
        UserName=user,
        PolicyName="redrive",
        PolicyDocument=for_role(json.dumps({"Version": "2012-10-17", "Statement": statements})),
    )
    key = iam.create_access_key(UserName=user)["AccessKey"]
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])

    def command(*arguments: str) -> tuple[int, str]:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = cli.main(["redrive", "prod", *arguments])
        return code, said.getvalue()

    yield command
    iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=user, PolicyName="redrive")
    iam.delete_user(UserName=user)


@pytest.mark.long
def test_a_stack_in_aws_is_redriven_with_the_permissions_that_the_help_lists(
    cloud: Cloud, api: Api, on_aws: Callable[..., tuple[int, str]]
) -> None:
    sqs, to = cloud.client("sqs"), address()
    body = json.dumps({"to": to, "subject": "s", "body": "b", "type": "notification"})
    sqs.send_message(QueueUrl=url_of(cloud, "emails-dead-letters"), MessageBody=body)
    for function, each in expected().items():
        event = {
            "requestContext": {"condition": "RetriesExhausted"},
            "requestPayload": samples.event(function.replace("-", "_")),
        }
        for queue in (name for name, kind in each.dead_letters.items() if kind == "function"):
            sqs.send_message(QueueUrl=url_of(cloud, queue), MessageBody=json.dumps(event))
    caller = Caller(api)
    upload = caller.uploads("notes.txt", b"some text", "text/plain")
    caller.settled(upload)
    keys = {
        "users": {"id": caller.user},
        "ledger": {"id": created_id(caller.user)},
        "user-uploads": {"user": caller.user, "id": upload},
    }
    for each in expected().values():
        for queue in (name for name, kind in each.dead_letters.items() if kind == "stream"):
            changes = _positions(cloud, queue, **keys[each.trigger.removeprefix("stream ")])
            # A user and an entry are new; an upload has changed.
            position = changes[-1] if each.trigger == "stream user-uploads" else changes[0]
            _put_position(cloud, queue, position, position)
    code, said = on_aws()
    assert code == 0, said
    assert "new-users-failures" in said
    assert on_aws("emails-dead-letters", "--dry-run")[1].endswith("left unchanged.\n")
    for queue in QUEUES:
        code, said = on_aws(queue)
        assert (code, "Seen 1: 1 " in said) == (0, True), said
        assert messages_of(cloud, queue) == []
    until(lambda: [m for m in sent(cloud.aws) if m["To"] == [to]])


def test_all_queues_are_listed(cloud: Cloud, redrive: Redrive) -> None:
    code, said = redrive(None)
    assert code == 0
    lines = said.splitlines()[1:]
    assert [line.split()[0] for line in lines] == QUEUES
    assert any(f"queue {PROJECT}-local-emails-" in line for line in lines)
    assert any(":live" in line for line in lines)
