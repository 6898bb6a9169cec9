"""Prepares the emulator to run functions as containers of their images.

A container reaches the emulator as ``host.docker.internal``. On Linux, that is the address of this
machine on Docker's bridge, where the emulator then listens besides loopback (``server/gate.py``
decides who may call it there). Docker Desktop forwards the name to loopback.
"""

import ipaddress
import secrets
import shlex
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import docker.errors

from blueprint.project import project_name
from images import context
from local import engine_probe, package
from local.engine import Engine, EngineError, chosen_base
from local.images import Progress, build_all

LABEL = "ministack.instance"
"""The label of the emulator's containers; the value is the emulator's name and port."""

_HOST_NAME = "host.docker.internal"
# As in Lambda: only /tmp can be written, and no process gains privileges.
_CONFINEMENT = (
    "--read-only --tmpfs /tmp:rw,noexec,nosuid,size=512m --security-opt no-new-privileges"
)
_ROUNDS = 5
_TASK_ROOT = "/var/task"


@dataclass(frozen=True, kw_only=True)
class Containers:
    """How one emulator runs functions as containers.

    Attributes:
        images: tags of the images in the engine's store, by the function's folder.
        gateway: this machine's address for containers; None if they reach loopback.
        live: the project's folder, if containers import the functions' sources from there, so that
            an edit is live; None if they run what their images hold.
        owner: identifies this emulator's containers.
    """

    images: Mapping[str, str]
    gateway: str | None
    live: Path | None = None
    owner: str = field(default_factory=lambda: f"{project_name()}-{secrets.token_hex(4)}")

    def instance(self, port: int) -> str:
        """Return the value of the label that the emulator puts on its containers."""
        return f"{self.owner}:{port}"

    def environment(self) -> dict[str, str]:
        """Return the emulator's settings."""
        flags = _CONFINEMENT
        if self.gateway:
            flags += f" --add-host {_HOST_NAME}:{self.gateway}"
        if self.live:
            flags += "".join(f" --volume {shlex.quote(volume)}" for volume in _volumes(self.live))
        return {
            "DOCKER_HOST": engine_probe.address(),
            "MINISTACK_HOSTNAME": self.owner,
            "LAMBDA_DOCKER_FLAGS": flags,
        }


def _volumes(project: Path) -> list[str]:
    """Return what containers need to import the functions' sources; they can write none of it."""
    files = {path.resolve(): f"{_TASK_ROOT}/{name}.py" for name, path in package.FILES.items()}
    # The same path inside, so that tracebacks name the project's files.
    folders = {project / "handlers": f"{project}/handlers"}
    return [f"{path}:{inside}:ro" for path, inside in {**files, **folders}.items()]


def prepare(*, live: Path | None, progress: Progress) -> Containers:
    """Build every function's image that is missing.

    ``live`` is the project's folder, if containers import the functions' sources from there.

    Raises:
        EngineError: the engine cannot run the functions, or the base image cannot be pulled.
        BuildFailed: names the functions whose image could not be built, with the last lines.
    """
    if live and ":" in str(live):
        raise EngineError(f"Docker cannot mount {live}: the path has a colon. Use: --no-watch")
    engine = Engine.connect()
    try:
        gateway = find_gateway(engine)
        if engine.find(chosen_base()) is None:
            progress(f"pulling {chosen_base()}")
        functions = sorted(path.parent.name for path in context.ROOT.glob("handlers/*/handler.py"))
        images = build_all(functions, engine=engine, progress=progress)
    finally:
        engine.client.close()
    return Containers(
        images={function: image.tag for function, image in images.items()},
        gateway=gateway,
        live=live,
    )


def find_gateway(engine: Engine) -> str | None:
    """Return the address at which containers reach this machine; None if that is loopback.

    Raises:
        EngineError: they do not reach it.
    """
    network = engine.client.api.inspect_network("bridge")["IPAM"]["Config"][0]
    gateway = network.get("Gateway") or str(next(ipaddress.ip_network(network["Subnet"]).hosts()))
    if _is_ours(gateway):
        return str(gateway)
    system = engine.client.info()["OperatingSystem"]
    if sys.platform == "darwin" or system == "Docker Desktop":
        return None
    raise EngineError(
        f"Containers of the Docker engine ({system}) do not reach this machine: its bridge's "
        f"address, {gateway}, is not one of this machine's."
    )


def remove(instance: str) -> None:
    """Remove the containers of an emulator that has ended.

    The emulator removes them itself if it has time. The engine may still create one after the
    emulator has ended, so this repeats until there is none.
    """
    problem = engine_probe.problem()
    if problem:
        print(
            f"{problem} It may still have containers. Remove them with: "
            f"docker rm --force $(docker ps --all --quiet --filter label={LABEL}={instance})",
            file=sys.stderr,
        )
        return
    engine = Engine.connect()
    try:
        for _ in range(_ROUNDS):
            found = engine.client.api.containers(
                all=True, quiet=True, filters={"label": f"{LABEL}={instance}"}
            )
            if not found:
                return
            for container in found:
                _remove(engine, container["Id"])
    finally:
        engine.client.close()


def _remove(engine: Engine, container: str) -> None:
    try:
        engine.client.api.remove_container(container, force=True, v=True)
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        if error.status_code != 409:  # somebody else is removing it
            raise


def _is_ours(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
