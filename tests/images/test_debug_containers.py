"""A function under a debugger in its container."""

import contextlib
import json
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local import cloud as local_cloud
from local.cloud import Cloud
from local.containers import LABEL
from local.debug import debugging
from local.emulator import free_port
from local.engine import Engine
from local.errors import LocalError
from local.invocation import FunctionFailed, invoke
from local.project import ROOT
from tests.support import samples
from tests.support.dap import Debugger
from tests.support.images.bases import Bases

FUNCTION = "get-user"
EVENT = json.dumps(samples.event("get_user"))
SECONDS_TO_BREAKPOINT = 10
"""From the command to the breakpoint, on a machine that does nothing else."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the sources of the functions, to edit them."""
    copy = tmp_path_factory.mktemp("debug") / "project"
    shutil.copytree(
        ROOT / "handlers", copy / "handlers", ignore=shutil.ignore_patterns("__pycache__")
    )
    return copy


@pytest.fixture(scope="module")
def cloud(bases: Bases, project: Path) -> Iterator[Cloud]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_IMAGE", bases.native)
        with local_cloud.start(docker=True, live=project) as running:
            yield running


@pytest.fixture
def source(project: Path) -> Path:
    return project / "handlers" / "get_user" / "get_user.py"


def line_of(file: Path, text: str) -> int:
    return next(n for n, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def running(engine: Engine, cloud: Cloud) -> list[Any]:
    """Return the function's containers."""
    found = engine.client.containers.list(filters={"label": f"{LABEL}={cloud.emulator.instance}"})
    variable = f"AWS_LAMBDA_FUNCTION_NAME={cloud.functions[FUNCTION].name}"
    return [container for container in found if variable in container.attrs["Config"]["Env"]]


def settings(cloud: Cloud) -> Any:
    """Return all that debugging changes."""
    client, ref = cloud.client("lambda"), cloud.functions[FUNCTION]
    configuration = client.get_function_configuration(FunctionName=ref.name)
    versions = client.list_versions_by_function(FunctionName=ref.name)["Versions"]
    return (
        {key: configuration[key] for key in ("Timeout", "Environment", "Role")},
        client.get_alias(FunctionName=ref.name, Name=ref.qualifier)["FunctionVersion"],
        [version["Version"] for version in versions],
        client.get_function_concurrency(FunctionName=ref.name).get("ReservedConcurrentExecutions"),
    )


def test_a_breakpoint_is_hit_and_shows_variables(
    cloud: Cloud, project: Path, source: Path, engine: Engine
) -> None:
    ref, port = cloud.functions[FUNCTION], free_port()
    assert invoke(cloud.aws, ref, EVENT)["statusCode"] == 404  # a container of before stays
    before, begun = settings(cloud), time.monotonic()
    with ThreadPoolExecutor(1) as pool, debugging(cloud.aws, ref, port=port):
        called = pool.submit(invoke, cloud.aws, ref, EVENT)
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({source: [line_of(source, "if user is None")]}, project)
            function, variables = debugger.variables()
            assert time.monotonic() - begun < 3 * SECONDS_TO_BREAKPOINT  # others may run beside
            assert called.result(timeout=30)["statusCode"] == 404
    assert (function, variables["user"]) == ("get_user", "None")
    assert settings(cloud) == before
    assert invoke(cloud.aws, ref, EVENT)["statusCode"] == 404
    assert not any(f"{port}/tcp" in container.ports for container in running(engine, cloud))


def test_the_debugger_listens_on_loopback_only(cloud: Cloud, engine: Engine) -> None:
    ref, port = cloud.functions[FUNCTION], free_port()
    with debugging(cloud.aws, ref, port=port):
        published = [c.ports.get(f"{port}/tcp") for c in running(engine, cloud)]
        assert [{"HostIp": "127.0.0.1", "HostPort": str(port)}] in published
        gateway = cloud.emulator.containers and cloud.emulator.containers.gateway
        assert gateway
        with pytest.raises(OSError, match="refused"):
            socket.create_connection((gateway, port), timeout=5)


def test_an_edit_is_live_under_the_debugger(cloud: Cloud, project: Path, source: Path) -> None:
    ref, port, text = cloud.functions[FUNCTION], free_port(), source.read_text()
    with ThreadPoolExecutor(1) as pool, debugging(cloud.aws, ref, port=port):
        source.write_text("# a new line\n" + text.replace("User not found", "Edited"))
        called = pool.submit(invoke, cloud.aws, ref, EVENT)
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({source: [line_of(source, "if user is None")]}, project)
            debugger.variables()
            assert "Edited" in called.result(timeout=30)["body"]
    source.write_text(text)


def test_it_runs_with_its_own_role_and_without_a_limit(cloud: Cloud, project: Path) -> None:
    ref, port = cloud.functions[FUNCTION], free_port()
    event = json.dumps({"table": cloud.outputs["ledger_table_name"]})
    handler = project / "handlers" / "get_user" / "handler.py"
    text = handler.read_text()
    handler.write_text(
        text
        + """

import os
import botocore.exceptions
import botocore.session

def handler(event, context):
    try:
        botocore.session.get_session().create_client("dynamodb").get_item(
            TableName=event["table"], Key={"id": {"S": "1"}}
        )
    except botocore.exceptions.ClientError as error:
        refusal = str(error)
    return [refusal, os.environ["USERS_TABLE"], context.get_remaining_time_in_millis()]
"""
    )
    with ThreadPoolExecutor(1) as pool, debugging(cloud.aws, ref, port=port):
        called = pool.submit(invoke, cloud.aws, ref, event)
        time.sleep(0.5)
        assert not called.done()  # it waits for the debugger
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({}, project)
            refusal, table, milliseconds = called.result(timeout=30)
    handler.write_text(text)
    role = cloud.client("lambda").get_function_configuration(FunctionName=ref.name)["Role"]
    assert "AccessDenied" in refusal
    assert f":assumed-role/{role.rpartition('/')[2]}/" in refusal
    assert table == cloud.outputs["dynamodb_table_name"]
    assert milliseconds > 3_600_000


def test_a_call_that_waits_ends_with_the_debugger(cloud: Cloud, engine: Engine) -> None:
    ref, port = cloud.functions[FUNCTION], free_port()
    with ThreadPoolExecutor(1) as pool:
        with debugging(cloud.aws, ref, port=port):
            called = pool.submit(invoke, cloud.aws, ref, EVENT)
            time.sleep(1)
        with contextlib.suppress(FunctionFailed):
            called.result(timeout=60)
    assert not any(f"{port}/tcp" in container.ports for container in running(engine, cloud))


def test_containers_that_run_their_images_are_refused(
    bases: Bases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASE_IMAGE", bases.native)
    with local_cloud.start(docker=True) as cloud:
        before = settings(cloud)
        with (
            pytest.raises(LocalError, match="Start the local cloud without --no-watch: app up"),
            debugging(cloud.aws, cloud.functions[FUNCTION], port=free_port()),
        ):
            pass
        assert settings(cloud) == before
