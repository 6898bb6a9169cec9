"""Lets a debugger reach a container that ``app debug`` starts.

The emulator (1.5.33) gives all containers the same mounts, and publishes port 8080 only. A
container with the debugger's variables also gets this environment's debugpy, which runs without its
compiled parts on the image's Python, and its port published on loopback. It serves the invocations
of its own version only: the emulator would use a function's containers for all versions of one
image.
"""

import importlib.util
import os
from pathlib import Path
from typing import Any

from docker.models.containers import ContainerCollection
from docker.types import Mount
from ministack.services import lambda_svc  # type: ignore[import-untyped]

from local.debugger import HOST, PORT_VARIABLE

_run = ContainerCollection.run
_pool_key = lambda_svc._warm_pool_key


def apply() -> None:
    """Replace the functions that start containers and choose one for an invocation."""
    ContainerCollection.run = _run_with_debugger  # type: ignore[method-assign]
    lambda_svc._warm_pool_key = _pool_key_of_version


def _run_with_debugger(self: ContainerCollection, *given: Any, **options: Any) -> Any:
    port = options.get("environment", {}).get(PORT_VARIABLE)
    if port:
        options["mounts"] = [*options.get("mounts", []), _debugpy()]
        options["ports"] = {**options.get("ports", {}), f"{port}/tcp": (HOST, int(port))}
    return _run(self, *given, **options)


def _pool_key_of_version(name: str, config: dict[str, Any]) -> str:
    variables = config.get("Environment", {}).get("Variables", {})
    key: str = _pool_key(name, config)
    return f"{key}:debug" if PORT_VARIABLE in variables else key


def _debugpy() -> Mount:
    found = importlib.util.find_spec("debugpy")
    assert found is not None and found.origin is not None  # noqa: PT018, S101 - it is pinned
    folder = os.fspath(Path(found.origin).parent)
    return Mount("/var/task/debugpy", folder, type="bind", read_only=True)
