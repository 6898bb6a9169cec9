"""Containers or workers: the choice, and what is said about it. No engine is needed."""

import contextlib
import os
import socket
import subprocess
import sys
import threading

import pytest

from cli import main
from local import containers, deployer, engine_probe, project
from local.containers import Containers
from local.emulator_command import command, environment
from local.engine import BuildFailed, EngineError
from local.errors import DeployFailed, LocalError
from local.execution import choose
from local.project import ROOT
from tests.support.bare_emulator import bare_emulator
from tests.support.stacks import PROJECT

ANSWERS = Containers(images={"create_user": "image:1"}, gateway=None)


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Listen on the engine's socket, and return fixed answers."""
    path = tmp_path / "engine"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")

    @contextlib.contextmanager
    def engine(answer):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
            server.listen()

            def serve():
                connection = server.accept()[0]
                with connection:
                    connection.recv(1_000)
                    if answer is None:
                        threading.Event().wait(0.2)
                    else:
                        connection.sendall(answer)

            thread = threading.Thread(target=serve)
            thread.start()
            yield
            thread.join()

    return engine


@pytest.fixture
def no_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none")


@pytest.fixture
def prepare(monkeypatch):
    """Pretend that an engine answers, and say what comes of the images."""

    def prepare(outcome):
        def prepared(*, live, progress):
            progress("building")
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(engine_probe, "problem", lambda: None)
        monkeypatch.setattr(containers, "prepare", prepared)

    return prepare


def test_an_engine_that_answers(engine):
    with engine(b"HTTP/1.0 200 OK\r\n\r\nOK"):
        assert engine_probe.problem() is None


@pytest.mark.parametrize("answer", [b"HTTP/1.0 500 Error\r\n\r\n", b"", b"hello", None])
def test_an_engine_that_does_not(engine, monkeypatch, answer):
    monkeypatch.setattr(engine_probe, "SECONDS", 0.1)
    with engine(answer):
        assert engine_probe.problem().startswith("No Docker engine answers on unix:///")


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:2375", "ssh://user@host"])
def test_an_engine_elsewhere(monkeypatch, host):
    monkeypatch.setenv("DOCKER_HOST", host)
    assert engine_probe.problem().startswith(f"DOCKER_HOST is {host}, and functions can only run")


def test_the_usual_engine(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "")
    assert engine_probe.address() == "unix:///var/run/docker.sock"


def test_workers_where_no_engine_answers(no_engine):
    chosen = choose(None, root=ROOT)
    assert chosen.containers is None
    assert chosen.sentence.startswith(
        "Functions run as local Python workers, not in containers: No Docker engine answers on"
    )


def test_containers_where_one_does(prepare, capsys):
    prepare(ANSWERS)
    for docker in (None, True):
        chosen = choose(docker, root=ROOT)
        assert chosen.containers is ANSWERS
        assert chosen.sentence == "Functions run as containers of their own images."
    assert capsys.readouterr().out == "building\n" * 2


def test_workers_where_they_are_asked_for(prepare):
    prepare(AssertionError("must not be called"))
    chosen = choose(False, root=ROOT)
    assert (chosen.containers, "--no-docker" in chosen.sentence) == (None, True)


def test_workers_where_the_base_cannot_be_had(prepare):
    prepare(EngineError("The image base:1 is not here and cannot be pulled:\n  no such host."))
    chosen = choose(None, root=ROOT)
    assert chosen.containers is None
    assert chosen.sentence == (
        "Functions run as local Python workers, not in containers: "
        "The image base:1 is not here and cannot be pulled: no such host."
    )
    with pytest.raises(LocalError, match="base:1 is not here"):
        choose(True, root=ROOT)


@pytest.mark.parametrize("docker", [None, True])
def test_a_build_that_fails_is_an_error(prepare, docker):
    prepare(BuildFailed("The image of get-user could not be built: step 3\n    last line"))
    with pytest.raises(LocalError, match=r"get-user .*\n    last line\n.*--no-docker"):
        choose(docker, root=ROOT)


def test_another_project_has_no_images(prepare, tmp_path):
    prepare(AssertionError("must not be called"))
    assert choose(None, root=tmp_path).containers is None
    with pytest.raises(LocalError, match=f"images are built of {ROOT} only"):
        choose(True, root=tmp_path)


def test_up_with_docker_and_no_engine(project_folder, no_engine, capsys, monkeypatch, tmp_path):
    folder = project_folder("")
    monkeypatch.setattr("local.execution.ROOT", folder)
    assert main(["up", "--docker"], root=folder) == 1
    assert capsys.readouterr().err.startswith("error: No Docker engine answers on unix://")
    assert [file.name for file in (folder / ".local").iterdir()] == ["lock"]


def test_workers_do_without_the_docker_package(tmp_path):
    script = (
        "import sys; from local import cloud, up; from local.execution import choose; "
        "from local.project import ROOT; choose(None, root=ROOT); "
        "sys.exit('docker' in sys.modules)"
    )
    environ = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/none"}
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environ, check=True)


def test_the_emulator_listens_for_this_machine_and_its_containers(tmp_path, no_engine):
    for gateway, expected in (
        (None, ["--bind=127.0.0.1:1"]),
        ("172.17.0.1", ["--bind=127.0.0.1:1", "--bind=172.17.0.1:1"]),
    ):
        parts = command(port=1, gateway=gateway)
        assert [part for part in parts if part.startswith("--bind")] == expected
    made = Containers(images={}, gateway="172.17.0.1")
    settings = environment(port=1, directory=tmp_path, region="eu-west-1", containers=made)
    assert settings["DOCKER_HOST"] == f"unix://{tmp_path}/none"
    assert f"{settings['MINISTACK_HOSTNAME']}:1" == made.instance(1)
    assert settings["LAMBDA_DOCKER_FLAGS"].split() == [
        "--read-only",
        "--tmpfs",
        "/tmp:rw,noexec,nosuid,size=512m",
        "--security-opt",
        "no-new-privileges",
        "--add-host",
        "host.docker.internal:172.17.0.1",
    ]


def test_containers_that_cannot_be_removed_are_named(no_engine, capsys):
    containers.remove(f"{PROJECT}-1:4566")
    assert f"label=ministack.instance={PROJECT}-1:4566" in capsys.readouterr().err


def test_a_function_gets_its_image(tmp_path, sample):
    loaded = project.load("local", root=sample)
    with bare_emulator(tmp_path, loaded.region) as aws:
        deployed = deployer.deploy(loaded, aws, images={"greet": "sample/greet:1"}).deployed
        made = aws.client("lambda").get_function(FunctionName=deployed.functions["greet"].name)
    assert made["Configuration"]["PackageType"] == "Image"
    assert made["Code"]["ImageUri"] == "sample/greet:1"
    variables = made["Configuration"]["Environment"]["Variables"]
    assert (variables["WORD"], variables["AWS_LAMBDA_LOG_FORMAT"]) == ("hello", "JSON")


def test_a_function_without_an_image(cloud, sample):
    loaded = project.load("local", root=sample)
    with pytest.raises(DeployFailed, match=r"no image of 'handlers\.greet\.handler\.handler'"):
        deployer.deploy(loaded, cloud.aws, images={}, previous=cloud.deployed)


class FakeEngine:
    """What is asked of an engine to find its bridge."""

    def __init__(self, network, system):
        self.client = self.api = self
        self._network, self._system = network, system

    def inspect_network(self, name):
        assert name == "bridge"
        return {"IPAM": {"Config": [self._network]}}

    def info(self):
        return {"OperatingSystem": self._system}


OURS = {"Subnet": "127.0.0.0/8", "Gateway": "127.0.0.1"}
ELSEWHERE = {"Subnet": "192.0.2.0/24", "Gateway": "192.0.2.1"}


@pytest.mark.parametrize(
    ("network", "system", "platform", "gateway"),
    [
        (OURS, "Debian GNU/Linux 12", "linux", "127.0.0.1"),
        ({"Subnet": "127.0.0.0/8"}, "Debian GNU/Linux 12", "linux", "127.0.0.1"),
        (ELSEWHERE, "Docker Desktop", "linux", None),
        (ELSEWHERE, "Alpine Linux", "darwin", None),
    ],
)
def test_where_containers_find_this_machine(monkeypatch, network, system, platform, gateway):
    monkeypatch.setattr(sys, "platform", platform)
    assert containers.find_gateway(FakeEngine(network, system)) == gateway


def test_containers_that_do_not_reach_this_machine(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(EngineError, match=r"192\.0\.2\.1, is not one of this machine's"):
        containers.find_gateway(FakeEngine(ELSEWHERE, "Debian GNU/Linux 12"))
