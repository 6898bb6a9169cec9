"""Runs every command of the runbook, word for word, with the AWS CLI, on the whole system.

A script replaces the Pulumi CLI and prints the outputs of the stack in the emulator.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from blueprint.project import ROOT
from local import cloud as local_cloud
from local.cloud import Cloud
from local.mail import sent
from tests.support.aws_cli import aws_command
from tests.support.e2e.system import address, until
from tests.support.runbook import section, sections
from tests.support.stacks import PROJECT

pytestmark = pytest.mark.long  # production's configuration, and some eighty commands

# `app run` tells each event that it sends.
PROGRESS = re.compile(r"^[a-z-]+: \{.*\}\n", re.MULTILINE)
FUNCTIONS = section("Before anything").code("sh")[0]
# These sections need data, and have their own tests below.
SEEDED = {
    "Before anything",
    "Function errors",
    "Function duration",
    "Iterator age",
    "Queue dead letters",
    "Welcome abandoned",
    "Uncertain",
    "What happened to one request",
}
OTHERS = [s.title for s in sections() if s.code("sh") and s.title not in SEEDED]

# With `--json`, as `redrive` asks for outputs, the queues' URLs are those of AWS.
PULUMI = """#!{python}
import json, sys
command = sys.argv[1:]
assert (command[:2], command[3:]) == (["stack", "output"], ["--stack", "prod"]), command
outputs = json.loads({outputs!r})
as_in_aws = {outputs!r}.replace({endpoint!r}, "https://sqs.eu-central-1.amazonaws.com")
print(as_in_aws if command[2] == "--json" else outputs[command[2]])
"""

Run = Callable[..., str]


@pytest.fixture(scope="module")
def production() -> Iterator[Cloud]:
    with local_cloud.start(stack="prod") as running:
        yield running


@pytest.fixture(scope="module")
def run(production: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Return a function that runs commands after the functions that the first section defines."""
    folder = tmp_path_factory.mktemp("bin")
    pulumi = folder / "pulumi"
    pulumi.write_text(
        PULUMI.format(
            python=sys.executable,
            outputs=json.dumps(production.outputs),
            endpoint=production.endpoint,
        )
    )
    pulumi.chmod(0o700)
    environment = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "HOME": str(folder),
        "AWS_ENDPOINT_URL": production.endpoint,
        **production.aws.credentials.variables(),
    }

    def in_section(title: str) -> str:
        blocks = section(title).code("sh")
        commands = blocks if FUNCTIONS in blocks else [FUNCTIONS, *blocks]
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(commands)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        told = PROGRESS.sub("", done.stderr)
        assert (done.returncode, told) == (0, ""), done.stdout + done.stderr
        return done.stdout

    with aws_command(folder, production.endpoint):
        yield in_section


@pytest.mark.parametrize("title", OTHERS)
def test_commands_work_as_they_are_written(run: Run, title: str) -> None:
    assert "None" not in run(title).split()  # the output of a `--query` without a result


def test_what_rings_is_listed_with_its_section(run: Run, production: Cloud) -> None:
    cloudwatch = production.client("cloudwatch")
    [alarm] = [
        a["AlarmName"]
        for page in cloudwatch.get_paginator("describe_alarms").paginate()
        for a in page["MetricAlarms"]
        if "-monitoring-send-email-throttles-" in a["AlarmName"]
    ]
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    said = run("Before anything")
    assert alarm in said
    assert "docs/runbook.md#function-throttles" in said
    assert f"#dashboards/dashboard/{PROJECT}-prod" in said


def test_metrics_are_shown(run: Run, production: Cloud) -> None:
    function = production.functions["process-upload"].name
    production.client("cloudwatch").put_metric_data(
        Namespace="AWS/Lambda",
        MetricData=[
            {
                "MetricName": "Duration",
                "Dimensions": [{"Name": "FunctionName", "Value": function}],
                "Value": 96_001,
                # The command asks for what came before this second.
                "Timestamp": time.time() - 60,
            }
        ],
    )
    assert re.search(r"^\S+\t96001(\.0)?$", run("Function duration"), re.MULTILINE)


def test_the_version_before_serves_again(run: Run, production: Cloud) -> None:
    alias = {"FunctionName": production.functions["create-user"].name, "Name": "live"}
    client = production.client("lambda")
    weights = {"AdditionalVersionWeights": {"1": 0.5}}
    client.update_alias(**alias, FunctionVersion="$LATEST", RoutingConfig=weights)
    run("Function errors")
    after = client.get_alias(**alias)
    assert after["FunctionVersion"] == "1"
    assert not after.get("RoutingConfig", {}).get("AdditionalVersionWeights")


def test_what_happened_to_one_request(run: Run, production: Cloud) -> None:
    [trace] = re.findall(r"^ID=(\S+)", section("What happened to one request").text, re.MULTILINE)
    record = {"level": "INFO", "message": "created", "requestId": "run", "trace": trace}
    logs = production.client("logs")
    stream = {
        "logGroupName": production.functions["create-user"].log_group,
        "logStreamName": "what-happened",
    }
    logs.create_log_stream(**stream)
    event = {"timestamp": int(time.time() * 1_000), "message": json.dumps(record)}
    logs.put_log_events(**stream, logEvents=[event])
    said = run("What happened to one request")
    assert "create-user" in said
    assert "INFO created" in said


def test_a_mapping_runs_again(run: Run, production: Cloud) -> None:
    client = production.client("lambda")
    [mapping] = client.list_event_source_mappings(
        FunctionName=f"{production.functions['queue-welcome'].name}:live"
    )["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    assert "Disabled" in run("Iterator age")
    after = client.get_event_source_mapping(UUID=mapping["UUID"])["State"]
    assert after in ("Enabled", "Enabling")


def test_dead_letters_are_processed(run: Run, production: Cloud) -> None:
    to, dead = address(), production.outputs["sqs_dead_letter_queue_url"]
    message = {"type": "notification", "to": to, "subject": "Hello", "body": "Once more"}
    production.client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps(message))
    assert "1 moved back" in run("Queue dead letters")
    until(lambda: [m for m in sent(production.aws) if m["To"] == [to]])


def test_who_was_given_up_is_welcomed(run: Run, production: Cloud) -> None:
    [user_id] = re.findall(r"USER_ID=(\S+)", section("Welcome abandoned").text)
    to = address()
    production.client("dynamodb").put_item(
        TableName=production.outputs["dynamodb_table_name"],
        Item={
            "id": {"S": user_id},
            "name": {"S": "Ada"},
            "email": {"S": to},
            "welcome_abandoned": {"S": "2026-11-01T00:00:00Z"},
        },
    )
    run("Welcome abandoned")
    time.sleep(1)  # due in the command's second
    production.client("lambda").invoke(
        FunctionName=production.functions["cleanup-expired"].name, Qualifier="live", Payload=b"{}"
    )
    until(lambda: [m for m in sent(production.aws) if m["To"] == [to]])


def test_an_uncertain_welcome_may_be_sent_again(run: Run, production: Cloud) -> None:
    [user_id] = re.findall(r"USER_ID=(\S+)", section("Uncertain").text)
    dynamodb, entry = production.client("dynamodb"), {"id": {"S": f"email#{user_id}"}}
    table = production.outputs["ledger_table_name"]
    dynamodb.put_item(TableName=table, Item=entry)
    run("Uncertain")
    assert "Item" not in dynamodb.get_item(TableName=table, Key=entry)
