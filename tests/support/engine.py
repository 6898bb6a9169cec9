"""A copy of the tree that the Pulumi CLI deploys to an emulator."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import docker
import yaml

from blueprint.project import ROOT, project_name

EMULATOR = "http://localhost:4566"
_FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["aws"]
_NETWORK = str(_FILE["environment"]["DOCKER_NETWORK"])
_FLAGS = str(_FILE["environment"]["LAMBDA_DOCKER_FLAGS"])
_START_SECONDS = 30
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "docs")

Step = tuple[str, str, frozenset[str]]
"""An operation, the resource as ``<type> <name>``, and the properties that differ."""


@dataclass(frozen=True)
class Outcome:
    """What a command did, resource by resource, and all that it printed."""

    steps: tuple[Step, ...]
    printed: str

    def operations(self) -> dict[str, int]:
        """Return how many resources had each operation."""
        return dict(Counter(operation for operation, _, _ in self.steps))

    def changed(self) -> dict[str, tuple[str, frozenset[str]]]:
        """Return the operation and the differing properties of each resource that changed."""
        still = ("same", "read")
        return {name: (op, keys) for op, name, keys in self.steps if op not in still}


@dataclass
class Pulumi:
    """The Pulumi CLI in a copy of the tree, with a state of its own."""

    tree: Path
    stack: str
    environment: Mapping[str, str]
    printed: list[str] = field(default_factory=list)

    def run(self, *arguments: str, secret: bool = False) -> str:
        """Run a command to its end, and return what it printed.

        Raises:
            AssertionError: it failed.
        """
        done = subprocess.run(
            [*arguments],
            cwd=self.tree,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if not secret:
            self.printed += [done.stdout, done.stderr]
        assert done.returncode == 0, "\n".join([" ".join(arguments), *_errors(done)])
        return done.stdout

    def preview(self) -> Outcome:
        """Preview, with the policy pack."""
        shown = json.loads(
            self.run(
                "pulumi", "preview", "--json", "--stack", self.stack,
                "--policy-pack", "checks/policy",
            )
        )  # fmt: skip
        steps = tuple(
            (step["op"], _name(step["urn"]), frozenset(step.get("diffReasons") or ()))
            for step in shown["steps"]
        )
        return Outcome(steps, "")

    def update(self, command: str, *arguments: str) -> Outcome:
        """Run ``up``, ``refresh`` or ``destroy``."""
        printed = self.run(
            "pulumi", command, "--yes", "--skip-preview", "--json", "--stack", self.stack,
            *arguments,
        )  # fmt: skip
        told = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
        steps = [
            (each["op"], _name(each["urn"]), frozenset(each.get("diffs") or ()))
            for event in told
            for each in [event.get("resOutputsEvent", {}).get("metadata")]
            if each
        ]
        return Outcome(tuple(steps), printed)

    def set(self, path: str, value: str) -> None:
        """Set a key of the stack's configuration."""
        where = f"{project_name()}:{path}"
        self.run("pulumi", "config", "set", "--path", where, value, "--stack", self.stack)

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs, secrets included."""
        shown: dict[str, Any] = json.loads(
            self.run(
                "pulumi", "stack", "output", "--json", "--show-secrets", "--stack", self.stack,
                secret=True,
            )
        )  # fmt: skip
        return shown

    def state(self) -> str:
        """Return the stack's state as it is stored."""
        return self.run("pulumi", "stack", "export", "--stack", self.stack)


def _errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the errors among the engine's events, or the end of what was printed."""
    told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"')]
    said = [event.get("diagnosticEvent", {}) for event in told]
    errors = [
        f"{each.get('urn', '').rpartition('::')[2]}: {each['message']}"
        for each in said
        if each.get("severity") == "error"
    ]
    return errors or [done.stdout[-4_000:], done.stderr[-4_000:]]


def _name(urn: str) -> str:
    types, name = urn.split("::")[2:4]
    return f"{types.rpartition('$')[2]} {name}"


@contextmanager
def project(folder: Path, stack: str) -> Iterator[Pulumi]:
    """Copy the tree, and make a stack with a state of its own."""
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
    (tree / ".venv").symlink_to(ROOT / ".venv")
    (tree / "checks/policy/.venv").symlink_to(ROOT / "checks/policy/.venv")
    (folder / "state").mkdir()
    pulumi = Pulumi(
        tree,
        stack,
        {
            **{n: v for n, v in os.environ.items() if not n.startswith("AWS_")},
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "of-the-tests",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
    )
    pulumi.run("pulumi", "stack", "init", stack)
    if base := os.environ.get("BASE_IMAGE"):
        pulumi.set("images.base", base)
    yield pulumi


@contextmanager
def emulator(folder: Path) -> Iterator[str]:
    """Run the emulator with the settings of ``docker-compose.yml``, but outside of a container.

    Yields:
        The URL.
    """
    client = docker.from_env()
    try:
        if found := client.networks.list(names=[_NETWORK]):
            network, mine = found[0], False
        else:
            network, mine = client.networks.create(_NETWORK, driver="bridge"), True
        network.reload()
        gateway = network.attrs["IPAM"]["Config"][0]["Gateway"]
        port = EMULATOR.rpartition(":")[2]
        settings = {
            **{name: str(value) for name, value in _FILE["environment"].items()},
            # The functions find it by its name there.
            "LAMBDA_DOCKER_FLAGS": f"{_FLAGS} --add-host aws:{gateway}",
            "PYTHONPATH": str(ROOT),
            "GATEWAY_PORT": port,
            "IOT_MTLS_ENABLED": "0",  # these two would open ports of their own
            "SFTP_ENABLED": "0",
            "HOME": str(folder),
            "TMPDIR": str(folder),
        }
        with open(folder / "emulator.log", "wb") as log:
            process = subprocess.Popen(
                [
                    sys.executable, "-m", "hypercorn", "local.server.compose:app", "--workers=0",
                    f"--bind=127.0.0.1:{port}", f"--bind={gateway}:{port}",
                ],
                env={"PATH": os.environ["PATH"], **settings},
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            _wait(process)
            yield EMULATOR
        finally:
            process.terminate()
            process.wait()
            for container in client.containers.list(all=True, filters={"network": _NETWORK}):
                container.remove(force=True)
            if mine:
                network.remove()
    finally:
        client.close()


def _wait(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{EMULATOR}/_localstack/health", timeout=5).close()
        except (urllib.error.URLError, OSError):
            assert process.poll() is None, "the emulator ended; is its port in use?"
            assert time.monotonic() < deadline, "the emulator does not answer"
            time.sleep(0.2)
        else:
            assert process.poll() is None, "something else answers at the emulator's port"
            return
