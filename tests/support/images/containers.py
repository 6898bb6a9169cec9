"""Runs images as Lambda would run them: a read-only root, a user without rights, little memory."""

import contextlib
import io
import json
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docker import DockerClient
from docker.models.containers import Container

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LAMBDA: dict[str, Any] = {
    "read_only": True,
    "tmpfs": {"/tmp": "rw,noexec,nosuid,size=512m"},
    "user": "993:990",
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "pids_limit": 1024,
    "ipc_mode": "none",  # there is no /dev/shm
}


@dataclass(frozen=True)
class Running:
    """A container that serves the invocation API of the runtime interface emulator."""

    container: Container
    url: str

    def invoke(self, event: Any, *, seconds: float = 60) -> Any:
        request = urllib.request.Request(self.url, data=json.dumps(event).encode())
        with urllib.request.urlopen(request, timeout=seconds) as response:
            return json.load(response)

    def ended_logs(self) -> str:
        """End it, and return all that it printed: the engine writes a log a moment later."""
        self.container.kill()
        self.container.wait()
        return self.container.logs().decode()


@contextlib.contextmanager
def running(
    client: DockerClient,
    image: str,
    *,
    command: list[str],
    environment: dict[str, str],
    memory_mb: int,
) -> Iterator[Running]:
    """Start a function's image, and remove the container in the end."""
    container = client.containers.run(
        image,
        command,
        detach=True,
        environment={**environment, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb)},
        mem_limit=f"{memory_mb}m",
        memswap_limit=f"{memory_mb}m",
        ports={"8080/tcp": ("127.0.0.1", None)},
        **_LAMBDA,
    )
    try:
        yield Running(container, _url(container))
    finally:
        container.remove(force=True)


def _url(container: Container) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        container.reload()
        assert container.status in {"created", "running"}, container.logs().decode()
        if ports := container.ports.get("8080/tcp"):
            address = f"http://127.0.0.1:{ports[0]['HostPort']}"
            with contextlib.suppress(ConnectionError):
                _probe(address)
                return f"{address}/2015-03-31/functions/function/invocations"
        time.sleep(0.05)
    raise AssertionError(f"the container does not listen:\n{container.logs().decode()}")


def _probe(address: str) -> None:
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(address, timeout=5).close()


def run_python(client: DockerClient, image: str, script: str, *arguments: str) -> Any:
    """Run a script in an image, without network or writable files; return its output."""
    output: bytes = client.containers.run(
        image,
        ["-c", script, *arguments],
        entrypoint=["python3"],
        remove=True,
        network_mode="none",
        environment={"AWS_EC2_METADATA_DISABLED": "true"},
        **{**_LAMBDA, "tmpfs": {}},
    )
    return json.loads(output)


def files(client: DockerClient, image: str) -> dict[str, tarfile.TarInfo]:
    """List an image's whole file system, by path without the first slash."""
    container = client.containers.create(image, command=["none"])
    try:
        archive = io.BytesIO(b"".join(container.export()))
    finally:
        container.remove()
    with tarfile.open(fileobj=archive) as tar:
        return {member.name: member for member in tar}


def read(client: DockerClient, image: str, folder: str) -> dict[str, bytes]:
    """Read the files of one of an image's folders, by path from that folder on."""
    container = client.containers.create(image, command=["none"])
    try:
        archive = io.BytesIO(b"".join(container.get_archive(folder)[0]))
    finally:
        container.remove()
    with tarfile.open(fileobj=archive) as tar:
        return {
            member.name: content.read()
            for member in tar
            if member.isfile() and (content := tar.extractfile(member))
        }
