"""Makes the emulator's command and its environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.containers import Containers

HOST = "127.0.0.1"
SERVER = Path(__file__).with_name("server") / "start.py"

# An interpreter may need these to start. Nothing else of the user's environment reaches the
# emulator or its workers: no AWS_PROFILE, no credentials, no PYTHONPATH, no proxy.
_INHERITED = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def environment(
    *,
    port: int,
    directory: Path,
    region: str,
    containers: Containers | None = None,
    functions_port: int | None = None,
    kept: Path | None = None,
) -> dict[str, str]:
    """Return the emulator's environment, which its workers get too.

    ``functions_port`` is the port at which functions call AWS; something that forwards calls to
    the emulator must listen there. Without it, they call the emulator itself. ``kept`` is the
    folder where the emulator saves what it holds when it ends, and finds it when it starts.
    """
    nowhere = str(directory / "none")
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {
        "AUTH": "true",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": region,
        "LOG_LEVEL": "WARNING",
        "LAMBDA_EXECUTOR": "local",
        "DOCKER_HOST": f"unix://{nowhere}",  # or the emulator would look for containers
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
        **(_persistence(kept) if kept else {}),
        **(containers.environment() if containers else {}),
        # For containers, the emulator replaces the host by its name there.
        **({"AWS_ENDPOINT_URL": f"http://{HOST}:{functions_port}"} if functions_port else {}),
    }


def _persistence(kept: Path) -> dict[str, str]:
    return {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(kept / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(kept / "files"),
    }


def command(*, port: int, gateway: str | None = None) -> list[str]:
    """Return the command that starts the emulator, with the server that its own command uses.

    Args:
        port: where it listens on loopback.
        gateway: second address to listen at, on the same port, for containers.
    """
    addresses = [f"--bind={host}:{port}" for host in (HOST, gateway) if host]
    options = ["--workers=0", "--keep-alive=75", "--log-level=WARNING"]
    options += ["--graceful-timeout=1"]  # an open page of the console keeps a request for long
    return [sys.executable, "-m", "hypercorn", f"{SERVER}:app", *addresses, *options]
