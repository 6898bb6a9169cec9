"""The local cloud with functions as containers: restricted, under their roles, and removed.

``pytest tests/e2e --docker`` tests the whole system this way.
"""

import json
import os
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local import cloud as local_cloud
from local.cloud import Cloud
from local.containers import LABEL
from local.engine import Engine
from local.errors import LocalError
from local.execution import choose
from local.project import ROOT
from local.state import State, StateDirectory
from tests.support import samples
from tests.support.images.bases import Bases
from tests.support.stacks import PROJECT


@pytest.fixture(scope="module")
def base(bases: Bases) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_IMAGE", bases.native)
        yield patch


@pytest.fixture(scope="module")
def cloud(base: pytest.MonkeyPatch) -> Iterator[Cloud]:
    with local_cloud.start(docker=True) as running:
        yield running


def invoke(cloud: Cloud, name: str, event: Any) -> tuple[Any, bool]:
    """Return a function's response, and whether it is an error."""
    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.load(answer["Payload"]), "FunctionError" in answer


def event_of(function: str) -> Any:
    return samples.event(function)


def containers(engine: Engine, cloud: Cloud) -> list[Any]:
    label = f"{LABEL}={cloud.emulator.instance}"
    return list(engine.client.containers.list(all=True, filters={"label": label}))


def test_containers_are_confined(engine: Engine, cloud: Cloud) -> None:
    name = cloud.functions["get-user"].name
    answer, failed = invoke(cloud, name, event_of("get_user"))
    assert (answer["statusCode"], failed) == (404, False)
    (container,) = containers(engine, cloud)
    assert container.attrs["Config"]["Image"].startswith(f"{PROJECT}/get-user:")
    settings = container.attrs["HostConfig"]
    assert settings["ReadonlyRootfs"] is True
    assert settings["Tmpfs"] == {"/tmp": "rw,noexec,nosuid,size=512m"}
    assert settings["SecurityOpt"] == ["no-new-privileges"]
    assert (settings["Privileged"], settings["Binds"], settings["CapAdd"]) == (False, None, None)
    published = settings["PortBindings"]["8080/tcp"]
    assert [port["HostIp"] for port in published] == ["127.0.0.1"]


def test_logs_are_json_with_the_request_of_the_platforms_lines(cloud: Cloud) -> None:
    ref = cloud.functions["get-user"]
    invoke(cloud, ref.name, event_of("get_user"))
    events = cloud.client("logs").filter_log_events(logGroupName=ref.log_group)["events"]
    lines = [event["message"] for event in events]
    records = [json.loads(line) for line in lines if line.startswith("{")]
    assert records
    for record in records:
        assert (record["level"], record["outcome"]) == ("INFO", "not_found")
        assert any(line.startswith(f"REPORT RequestId: {record['requestId']}\t") for line in lines)


def test_a_role_is_not_another_functions(cloud: Cloud) -> None:
    """``create-user``'s image cannot write under the role of ``get-user``, which only reads."""
    client = cloud.client("lambda")

    def configuration(function: str) -> Any:
        return client.get_function(FunctionName=cloud.functions[function].name)

    own, other = configuration("create-user"), configuration("get-user")
    arguments = {
        "PackageType": "Image",
        "Code": {"ImageUri": own["Code"]["ImageUri"]},
        "ImageConfig": {"Command": ["handlers.create_user.handler.handler"]},
        "Environment": own["Configuration"]["Environment"],
        "Timeout": 20,
    }
    for name, role in (("own", own), ("other", other)):
        client.create_function(FunctionName=name, Role=role["Configuration"]["Role"], **arguments)
    assert invoke(cloud, "other", event_of("create_user"))[0]["statusCode"] == 500
    events = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/other")["events"]
    assert any("AccessDenied" in event["message"] for event in events), events
    assert invoke(cloud, "own", event_of("create_user"))[0]["statusCode"] == 201


def test_the_emulator_listens_for_this_machine_and_its_containers_only(cloud: Cloud) -> None:
    assert cloud.emulator.containers
    gateway = cloud.emulator.containers.gateway
    assert gateway
    table = [line.split() for name in ("tcp", "tcp6") for line in _lines(Path("/proc/net") / name)]
    addresses = {
        columns[1].split(":")[0]
        for columns in table
        if columns[3] == "0A" and int(columns[1].split(":")[1], 16) == cloud.emulator.port
    }
    assert addresses == {_hex("127.0.0.1"), _hex(gateway)}


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()[1:]


def _hex(address: str) -> str:
    """Return an address in the kernel's format, least significant byte first."""
    return bytes(reversed([int(part) for part in address.split(".")])).hex().upper()


def test_the_time_of_a_schedule_is_left_to_the_emulator(cloud: Cloud) -> None:
    """See tests/local/test_schedules.py."""
    client = cloud.client("scheduler")
    for schedule in client.list_schedules()["Schedules"]:
        given = json.loads(client.get_schedule(Name=schedule["Name"])["Target"]["Input"])
        assert given == {
            "schedule": "<aws.scheduler.schedule-arn>",
            "time": "<aws.scheduler.scheduled-time>",
        }


def test_a_stopped_cloud_leaves_nothing(engine: Engine, base: pytest.MonkeyPatch) -> None:
    with local_cloud.start(docker=True) as running:
        invoke(running, running.functions["get-user"].name, event_of("get_user"))
        assert containers(engine, running)
    assert containers(engine, running) == []


def test_a_killed_emulator_leaves_nothing(
    engine: Engine, base: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The next command removes the containers, from the state that ``up`` wrote."""
    with local_cloud.start(docker=True) as running:
        invoke(running, running.functions["get-user"].name, event_of("get_user"))
        os.killpg(running.emulator.pid, signal.SIGKILL)
        assert containers(engine, running)
        directory = StateDirectory(tmp_path)
        directory.path.mkdir()
        directory.save(
            State(
                pid=running.emulator.pid,
                port=running.emulator.port,
                region="us-east-1",
                stack="local",
                started=datetime.now(UTC),
                instance=running.emulator.instance,
                credentials=running.emulator.credentials,
                deployed=running.deployed,
            )
        )
        directory.clear()
        assert containers(engine, running) == []


def test_a_base_that_cannot_be_had(base: pytest.MonkeyPatch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_IMAGE", "127.0.0.1:1/no-such-base:1")
        chosen = choose(None, root=ROOT)
        assert chosen.containers is None
        assert "127.0.0.1:1/no-such-base:1 (" in chosen.sentence
        assert "\n" not in chosen.sentence
        with pytest.raises(LocalError, match="cannot be pulled"):
            choose(True, root=ROOT)


def test_a_function_that_cannot_be_built_is_named(
    base: pytest.MonkeyPatch, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = tree / "images/get_user/requirements.txt"
    requirements.write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(LocalError, match=r"The image of get-user could not be built") as failed:
        choose(None, root=ROOT)
    assert "no-such-package" in str(failed.value)
    assert str(failed.value).endswith("--no-docker")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/docs", {}),
        ("/", {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20261123/x/sqs/aws4_request"}),
        ("/?X-Amz-Credential=test", {"Authorization": "AWS4-HMAC-SHA256 Credential=ASIA"}),
        ("/_ministack/ses/messages", {"Authorization": "AWS4-HMAC-SHA256 Credential=ASIA"}),
        ("/", {"Authorization": "AWS4-HMAC-SHA256 Credential=ASIAFORGED/2/x/s3/aws4_request"}),
    ],
)
def test_the_bridge_is_for_functions_only(cloud: Cloud, path: str, headers: dict[str, str]) -> None:
    assert cloud.emulator.containers
    url = f"http://{cloud.emulator.containers.gateway}:{cloud.emulator.port}{path}"
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10)
    refused.value.close()
    assert refused.value.code in {400, 403}


def test_a_container_runs_one_version_only(cloud: Cloud) -> None:
    client, ref = cloud.client("lambda"), cloud.functions["get-user"]
    event = json.dumps(event_of("get_user")).encode()

    def status(qualifier: str) -> int:
        answer = client.invoke(FunctionName=ref.name, Qualifier=qualifier, Payload=event)
        code: int = json.load(answer["Payload"])["statusCode"]
        return code

    variables = client.get_function_configuration(FunctionName=ref.name)["Environment"]["Variables"]
    try:
        client.update_function_configuration(
            FunctionName=ref.name, Environment={"Variables": variables | {"USERS_TABLE": "gone"}}
        )
        assert [status(q) for q in (ref.qualifier, "$LATEST", ref.qualifier)] == [404, 500, 404]
    finally:
        client.update_function_configuration(
            FunctionName=ref.name, Environment={"Variables": variables}
        )
