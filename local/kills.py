"""Kills functions in the middle of their work: the processes or containers of one emulator.

Processes are found by what ``/proc`` says of them, so this runs on Linux.
"""

import contextlib
import os
import signal
from pathlib import Path

from local.cloud import Cloud


def kill(cloud: Cloud, function: str) -> int:
    """Kill every execution environment of a function at once, by SIGKILL.

    Args:
        cloud: where it runs.
        function: its logical name, such as ``count-users``.

    Returns:
        How many there were.
    """
    variable = f"AWS_LAMBDA_FUNCTION_NAME={cloud.functions[function].name}"
    if cloud.emulator.instance is None:
        return _kill_workers(cloud.emulator.pid, variable)
    return _kill_containers(cloud.emulator.instance, variable)


def _kill_workers(emulator: int, variable: str) -> int:
    killed = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            # It may end by itself in between; other processes belong to other users.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                if _parent(process) == emulator and variable in _environment(process):
                    os.kill(int(process.name), signal.SIGKILL)
                    killed += 1
    return killed


def _parent(process: Path) -> int:
    # Behind the program's name, which may hold spaces: its state, its parent, and more.
    return int((process / "stat").read_text().rpartition(")")[2].split()[1])


def _environment(process: Path) -> list[str]:
    return (process / "environ").read_bytes().decode(errors="replace").split("\0")


def _kill_containers(instance: str, variable: str) -> int:
    # These load the docker package, which workers do without.
    from local.containers import LABEL
    from local.engine import Engine

    engine = Engine.connect()
    try:
        found = engine.client.containers.list(filters={"label": f"{LABEL}={instance}"})
        doomed = [container for container in found if variable in container.attrs["Config"]["Env"]]
        for container in doomed:
            container.kill()
        return len(doomed)
    finally:
        engine.client.close()
