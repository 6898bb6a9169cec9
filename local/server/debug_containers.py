"""Lets a debugger reach a container that ``app debug`` starts.

The emulator (1.5.33) gives all containers the same mounts, and publishes port 8080 only. A
container with the debugger's variables also gets this environment's debugpy, which runs without its
compiled parts on the image's Python, and its port published on loopback.
"""

import importlib.util
import os
from pathlib import Path
from typing import Any

from docker.models.containers import ContainerCollection
from docker.types import Mount

from local.debugger import HOST, PORT_VARIABLE

_run = ContainerCollection.run


def apply() -> None:
    """Replace the function that starts containers."""
    ContainerCollection.run = _run_with_debugger  # type: ignore[method-assign]


def _run_with_debugger(self: ContainerCollection, *given: Any, **options: Any) -> Any:
    port = options.get("environment", {}).get(PORT_VARIABLE)
    if port:
        options["mounts"] = [*options.get("mounts", []), _debugpy()]
        options["ports"] = {**options.get("ports", {}), f"{port}/tcp": (HOST, int(port))}
    return _run(self, *given, **options)


def _debugpy() -> Mount:
    found = importlib.util.find_spec("debugpy")
    assert found is not None and found.origin is not None  # noqa: PT018, S101 - it is pinned
    folder = os.fspath(Path(found.origin).parent)
    return Mount("/var/task/debugpy", folder, type="bind", read_only=True)
