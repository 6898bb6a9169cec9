import os
import socket
import subprocess
import sys

import pytest

from local import cloud as local_cloud
from local.emulator import Emulator, check_version, free_port
from local.emulator_command import environment
from local.errors import DeployFailed, LocalError


def test_the_environment_has_nothing_of_the_users(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "TOKEN", "PYTHONPATH", "https_proxy"):
        monkeypatch.setenv(name, "secret")
    made = environment(port=1234, directory=tmp_path, region="eu-west-1")
    assert "secret" not in made.values()
    assert (made["BIND_HOST"], made["AUTH"], made["GATEWAY_PORT"]) == ("127.0.0.1", "true", "1234")
    assert made["HOME"] == str(tmp_path)


def test_functions_call_aws_at_the_emulator_or_where_they_are_told_to(tmp_path):
    where = {"port": 1234, "directory": tmp_path, "region": "eu-west-1"}
    assert "AWS_ENDPOINT_URL" not in environment(**where)
    made = environment(**where, functions_port=5678)
    assert made["AWS_ENDPOINT_URL"] == "http://127.0.0.1:5678"
    assert made["GATEWAY_PORT"] == "1234"


@pytest.mark.parametrize("version", ["1.5.33", "1.5.34", "1.6.0", "2.0"])
def test_versions_that_enforce_iam(version):
    check_version(version)


@pytest.mark.parametrize("version", ["1.4.21", "1.5.32", "0.9"])
def test_versions_that_do_not(version):
    with pytest.raises(LocalError, match=f"ministack {version} is installed, and 1.5.33 or later"):
        check_version(version)


def test_a_port_in_use(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        emulator = Emulator(port=port, directory=tmp_path / "e", region="us-east-1")
        with pytest.raises(LocalError, match=f"Port {port} is in use.*--port N"):
            emulator.start()


def test_an_emulator_that_ends_shows_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    emulator = Emulator(port=free_port(), directory=tmp_path / "e", region="us-east-1")
    emulator.start()
    with pytest.raises(LocalError, match="ended while starting"):
        emulator.wait_until_healthy()
    emulator.stop()
    assert not (tmp_path / "e").exists()


def test_a_failed_deployment_leaves_nothing_running(project_folder, monkeypatch):
    started = []
    original = subprocess.Popen

    def popen(*arguments, **options):
        process = original(*arguments, **options)
        started.append(process)
        return process

    monkeypatch.setattr(subprocess, "Popen", popen)
    with pytest.raises(DeployFailed, match="ValueError: no"):
        local_cloud.start(root=project_folder("raise ValueError('no')\n"))
    [emulator] = started
    assert emulator.returncode is not None
    with pytest.raises(ProcessLookupError):
        os.killpg(emulator.pid, 0)
