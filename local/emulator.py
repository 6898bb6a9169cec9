"""Starts the AWS emulator as a child process on loopback, and stops it with all its workers."""

import http.client
import importlib.metadata
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from local.errors import LocalError
from local.processes import deferred_interrupts, stop_group

HOST = "127.0.0.1"
VERSION = (1, 5, 33)
"""The first version known to enforce IAM and to bind where it is told. Older ones ignore ``AUTH``
and ``BIND_HOST``, and would serve every interface with no authentication."""

_START_SECONDS = 30
# What an interpreter may need to start. Nothing else of the user's environment reaches the emulator
# or its workers: no AWS_PROFILE, no credentials, no PYTHONPATH, no proxy.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def environment(*, port: int, directory: Path, region: str) -> dict[str, str]:
    """Make the emulator's environment, which its workers get too."""
    nowhere = str(directory / "none")
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | {
        "AUTH": "true",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": region,
        "LOG_LEVEL": "WARNING",
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": f"unix://{nowhere}",  # it would look for containers to remove
        "IOT_MTLS_ENABLED": "0",  # these two would open ports of their own
        "SFTP_ENABLED": "0",
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
        "LANG": "C.UTF-8",
        "TZ": "UTC",  # as in Lambda
        "PYTHONUNBUFFERED": "1",
    }


class Emulator:
    """One emulator process, its process group, and a folder for all that they write."""

    def __init__(self, *, port: int, directory: Path, region: str) -> None:
        self.port = port
        self.endpoint = f"http://{HOST}:{port}"
        self._directory = directory
        self._region = region
        self._log = directory / "emulator.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        if self._process is None:
            raise LocalError("The emulator has not been started.")
        return self._process.pid

    def start(self, *, inherit: int | None = None) -> None:
        """Start the process without waiting for it (``wait_until_healthy`` does).

        Args:
            inherit: file descriptor that the emulator keeps open as long as it lives.

        Raises:
            LocalError: the emulator's version is too old, or the port is in use.
        """
        check_version(importlib.metadata.version("ministack"))
        check_port(self.port)
        self._directory.mkdir(parents=True, mode=0o700, exist_ok=True)
        with open(self._log, "wb") as log, deferred_interrupts():
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                cwd=self._directory,
                env=environment(port=self.port, directory=self._directory, region=self._region),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal reaches `up` only, which then ends the whole group.
                start_new_session=True,
                pass_fds=() if inherit is None else (inherit,),
            )

    def wait_until_healthy(self) -> None:
        """Wait until the emulator answers.

        Raises:
            LocalError: it ended, or did not answer in time; with the end of its log.
        """
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            healthy = is_healthy(self.port)
            if not self.alive():
                raise LocalError(f"The emulator ended while starting.\n{self._log_tail()}")
            if healthy:
                return
            time.sleep(0.02)
        raise LocalError(
            f"The emulator did not answer on {self.endpoint} within {_START_SECONDS} s.\n"
            f"{self._log_tail()}"
        )

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the emulator and its workers, and remove what they wrote. May be called twice."""
        if self._process is not None:
            stop_group(self._process.pid, ended=lambda: not self.alive())
            self._process.wait()
            self._process = None
        shutil.rmtree(self._directory, ignore_errors=True)

    def _log_tail(self) -> str:
        lines = self._log.read_text(errors="replace").strip().splitlines()[-15:]
        return "\n".join(lines) or "Its log is empty."


def is_healthy(port: int) -> bool:
    """Whether an emulator that enforces IAM answers on the port."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_ministack/health")
        health = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(health, dict) and health.get("auth") == "enabled"


def check_version(version: str) -> None:
    """Refuse an emulator that would neither enforce IAM nor stay on loopback."""
    if tuple(int(part) for part in version.split(".")[:3] if part.isdigit()) < VERSION:
        wanted = ".".join(map(str, VERSION))
        raise LocalError(
            f"ministack {version} is installed; {wanted} or later is needed, for older ones "
            "listen on every network interface and do not enforce IAM. "
            "Install the pinned requirements again."
        )


def check_port(port: int) -> None:
    """Refuse a port on which something listens."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((HOST, port)) == 0:
            raise LocalError(
                f"Port {port} is in use by another program. "
                "Choose another one: python -m local up --port N"
            )


def free_port() -> int:
    """Find a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
