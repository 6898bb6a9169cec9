"""Preview, deployment, edit, refresh and removal of the stack ``compose``, one after the other."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from blueprint.project import project_name, stack_settings
from blueprint.recorder import run
from tests.support.engine import Outcome, Pulumi, emulator, project

API = {"authorization": "cognito"}
"""So the stack has a secret of its own, and `make smoke` needs it. With `api_key`, the provider
sends an empty value, which AWS takes and the emulator (1.5.33) refuses."""
EDITED = "get-user"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
MACHINE = "aws:sfn/stateMachine:StateMachine"
QUEUE = "aws:sqs/queue:Queue"
NOISE = {
    # Any property: DescribeAlarms of the emulator (1.5.33) leaves several out, so the provider
    # sees an alarm without them.
    ALARM: None,
    # GetQueueAttributes of the emulator returns maxReceiveCount as a text.
    QUEUE: {"redrivePolicy"},
    # DescribeStateMachine of the emulator leaves it out.
    MACHINE: {"tracingConfiguration"},
}
"""Differences that each update of an unchanged stack has, by the emulator; with the reason."""


def without_noise(outcome: Outcome) -> dict[str, str]:
    """Return the operations by resource, without the emulator's noise."""
    found = {}
    for name, (operation, properties) in outcome.changed().items():
        noise = NOISE.get(name.partition(" ")[0], set())
        explained = noise is None or (properties and properties <= noise)
        if operation != "update" or not explained:
            found[name] = operation
    return found


@pytest.fixture(scope="module")
def pulumi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pulumi]:
    folder = tmp_path_factory.mktemp("engine")
    with emulator(folder), project(folder, "compose") as made:
        made.set("api.authorization", API["authorization"])
        yield made


def client(service: str, key: str = "test") -> Any:
    settings = stack_settings("compose")
    return botocore.session.get_session().create_client(
        service,
        endpoint_url=settings[f"{project_name()}:emulator"]["url"],
        region_name=settings["aws:region"],
        aws_access_key_id=key,
        aws_secret_access_key=key,
    )


@pytest.fixture(scope="module")
def registered() -> set[str]:
    """All resources that the program registers under the recorder."""
    told = run("compose", settings={f"{project_name()}:api": API}).recorder
    return {f"{r.type} {r.name}" for r in told.resources}


@pytest.fixture(scope="module")
def deployed(pulumi: Pulumi) -> Outcome:
    return pulumi.update("up")


def test_the_emulator_enforces_permissions(pulumi: Pulumi) -> None:
    assert pulumi
    with pytest.raises(ClientError, match=r"not authorized|invalid|AccessDenied"):
        client("dynamodb", "nobody").list_tables()


def test_a_preview_shows_every_resource_and_makes_none(
    pulumi: Pulumi, registered: set[str]
) -> None:
    shown = pulumi.preview().changed()
    assert {name for name in shown if not name.startswith("pulumi:pulumi:Stack")} == registered
    assert {operation for operation, _ in shown.values()} == {"create"}
    assert client("dynamodb").list_tables()["TableNames"] == []


def test_up_creates_every_resource(deployed: Outcome, registered: set[str]) -> None:
    made = {name for name in deployed.changed() if not name.startswith("pulumi:pulumi:Stack")}
    assert made == registered
    assert deployed.operations() == {"create": len(deployed.steps)}


def test_the_commands_for_deployed_stacks_work(pulumi: Pulumi, deployed: Outcome) -> None:
    assert deployed
    assert "All is well at http://localhost" in pulumi.run("make", "smoke", "STACK=compose")
    outputs = pulumi.outputs()
    client("sqs").send_message(
        QueueUrl=outputs["dead_letters"]["emails-dead-letters"]["url"],
        MessageBody=json.dumps(
            {"to": "a@example.com", "subject": "s", "body": "b", "type": "notification"}
        ),
    )
    moved = pulumi.run("make", "redrive", "STACK=compose", "QUEUE=emails-dead-letters")
    assert "1 moved back, 0 kept" in moved
    assert "Nothing to release" in pulumi.run("make", "release", "STACK=compose")


def test_a_second_up_changes_nothing(pulumi: Pulumi, deployed: Outcome) -> None:
    again = pulumi.update("up")
    assert len(again.steps) == len(deployed.steps)
    assert without_noise(again) == {}


def test_an_edit_rebuilds_one_function(pulumi: Pulumi, deployed: Outcome) -> None:
    assert deployed
    handler = pulumi.tree / "handlers" / EDITED.replace("-", "_") / "handler.py"
    handler.write_text(f"{handler.read_text()}\n# An edit.\n")
    expected = {
        f"docker-build:index:Image {EDITED}-image-build": "update",
        f"aws:lambda/function:Function {EDITED}": "update",
        f"aws:lambda/alias:Alias {EDITED}-live": "update",
    }
    assert set(without_noise(pulumi.preview())) == set(expected)
    assert without_noise(pulumi.update("up")) == expected
    assert "All is well" in pulumi.run("make", "smoke", "STACK=compose")


def test_a_refresh_finds_what_was_deployed(pulumi: Pulumi, deployed: Outcome) -> None:
    assert deployed
    assert without_noise(pulumi.update("refresh")) == {}


def test_no_secret_is_stored_or_shown(pulumi: Pulumi, deployed: Outcome) -> None:
    assert deployed
    token = client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    secrets = [
        token,
        base64.b64decode(token).decode().partition(":")[2],
        pulumi.outputs()["client_secret"],
    ]
    assert all(len(secret) > 10 for secret in secrets)
    state = pulumi.state()
    for secret in secrets:
        assert secret not in state
        assert not [text for text in pulumi.printed if secret in text]


def test_destroy_leaves_nothing(pulumi: Pulumi, deployed: Outcome) -> None:
    gone = pulumi.update("destroy")
    assert set(gone.operations()) <= {"delete", "discard"}
    assert len(gone.steps) == len(deployed.steps)
    assert client("dynamodb").list_tables()["TableNames"] == []
    assert client("lambda").list_functions()["Functions"] == []
    assert client("s3").list_buckets()["Buckets"] == []
    assert client("iam").list_roles()["Roles"] == []
    assert client("logs").describe_log_groups()["logGroups"] == []
