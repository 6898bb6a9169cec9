"""Starts the AWS emulator as a child process, and stops it with all it runs."""

from __future__ import annotations

import http.client
import importlib.metadata
import json
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from local import credentials
from local.credentials import Credentials
from local.emulator_command import HOST, command, environment
from local.errors import LocalError
from local.processes import SAVE_SECONDS, STOP_SECONDS, deferred_interrupts, stop_group

if TYPE_CHECKING:
    from local.containers import Containers

VERSION = (1, 5, 33)
"""The first version known to enforce IAM and to bind to the given address. Older ones ignore
``AUTH`` and ``BIND_HOST``, and would serve every interface without authentication."""

_START_SECONDS = 30


class Emulator:
    """One emulator process, its process group and containers, and a folder for their files."""

    def __init__(
        self,
        *,
        port: int,
        directory: Path,
        region: str,
        containers: Containers | None = None,
        functions_port: int | None = None,
        kept: Path | None = None,
    ) -> None:
        """Prepare; see `emulator_command.environment` for the last two."""
        self.port = port
        self.containers = containers
        self.endpoint = f"http://{HOST}:{port}"
        self.directory = directory
        self.log = directory / "emulator.log"
        self._region = region
        self._functions_port = functions_port
        self._kept = kept
        self._credentials: Credentials | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def functions_url(self) -> str | None:
        """The URL at which functions call AWS; None if it is the emulator's own."""
        if self._functions_port is None:
            return None
        host = "host.docker.internal" if self.containers else HOST
        return f"http://{host}:{self._functions_port}"

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        if self._process is None:
            raise LocalError("The emulator has not been started.")
        return self._process.pid

    @property
    def credentials(self) -> Credentials:
        """Those of its root account, which no policy limits. Each start makes new ones."""
        if self._credentials is None:
            raise LocalError("The emulator has not been started.")
        return self._credentials

    @property
    def instance(self) -> str | None:
        """Return the label of the emulator's containers; None if functions run as workers."""
        return self.containers.instance(self.port) if self.containers else None

    def start(self, *, inherit: int | None = None) -> None:
        """Start the process without waiting for it (``wait_until_healthy`` does).

        Args:
            inherit: file descriptor that the emulator keeps open as long as it lives.

        Raises:
            LocalError: the emulator's version is too old, or the port is in use.
        """
        check_version(importlib.metadata.version("ministack"))
        gateway = self.containers.gateway if self.containers else None
        check_port(self.port)
        if gateway:
            check_port(self.port, gateway)
        for folder in filter(None, (self.directory, self._kept)):
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        self._credentials = credentials.create(self.directory)
        with open(self.log, "wb") as log, deferred_interrupts():
            self._process = subprocess.Popen(
                command(port=self.port, gateway=gateway),
                cwd=self.directory,
                env=environment(
                    port=self.port,
                    directory=self.directory,
                    region=self._region,
                    containers=self.containers,
                    functions_port=self._functions_port,
                    kept=self._kept,
                ),
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
        """True if the process runs."""
        return self._process is not None and self._process.poll() is None

    def ending(self) -> str:
        """Return how the process ended, with the end of its log.

        It must have been started, and must have ended.
        """
        status = self._process.poll() if self._process else None
        how = f"signal {-status}" if status is not None and status < 0 else f"exit status {status}"
        return f"The emulator ended by itself ({how}). The end of its log:\n{self._log_tail()}"

    def stop(self, *, save: bool = True) -> None:
        """End the emulator and all that it runs, and remove its files. May be called twice.

        Without ``save``, what was kept before stays as it was.
        """
        if self._process is not None:
            seconds = STOP_SECONDS if self._kept is None else SAVE_SECONDS if save else 0
            stop_group(self._process.pid, ended=lambda: not self.alive(), seconds=seconds)
            self._process.wait()
            self._process = None
            if self.instance:
                remove_containers(self.instance)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()[-15:]
        return "\n".join(lines) or "Its log is empty."


def is_healthy(port: int) -> bool:
    """Return True if an emulator that enforces IAM answers on the port."""
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
    """Refuse an emulator that does not enforce IAM or stay on loopback."""
    if tuple(int(part) for part in version.split(".")[:3] if part.isdigit()) < VERSION:
        wanted = ".".join(map(str, VERSION))
        raise LocalError(
            f"ministack {version} is installed, and {wanted} or later is needed: older ones "
            "listen on every network interface and do not enforce IAM. "
            "Install the pinned requirements again: make .venv/.runtime"
        )


def remove_containers(instance: str) -> None:
    """Remove the remaining containers of an emulator that has ended."""
    from local import containers  # loads the docker package, which workers do without

    containers.remove(instance)


def check_port(
    port: int, host: str = HOST, *, option: str = "app up --port N, or make up PORT=N"
) -> None:
    """Refuse a port on which something listens; ``option`` chooses another one."""
    with socket.socket() as probe:
        probe.settimeout(1)
        if probe.connect_ex((host, port)) == 0:
            raise LocalError(
                f"Port {port} is in use by another program. Choose another one: {option}"
            )


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
