"""``app debug``: runs a function's next invocations under a debugger."""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from local.aws import Aws
from local.debugger import HOST, HOST_VARIABLE, PORT_VARIABLE, START
from local.deployed import FunctionRef
from local.emulator import check_port
from local.errors import LocalError
from local.invocation import invoke
from local.package import LIVE

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - inside a container, whose port is published on loopback only
_NO_LIMIT_SECONDS = 7 * 86_400  # somebody may think for a long time; the emulator allows it
_LEAVE_SECONDS = 5
_BEFORE = "_LOCAL_DEBUG_BEFORE"


@dataclass(frozen=True, kw_only=True)
class _Before:
    """How a function was, as a variable of the version with the debugger keeps it."""

    timeout: int
    version: str


def debugging(aws: Aws, ref: FunctionRef, *, port: int) -> contextlib.ExitStack:
    """Run all invocations of a function in one place that waits for a debugger on ``port``.

    That is a worker, or a container whose port ``server/debug_containers.py`` publishes;
    ``server/debug_calls.py`` lets one call in at a time. The function's alias gets a version of its
    own, with the debugger and without a time limit. Role and other variables stay.

    Returns:
        A context manager. When it ends, everything is as before, and the worker or container has
        ended.

    Raises:
        LocalError: the port is in use, or containers run the handlers that their images hold.
    """
    client = aws.client("lambda")
    if restore(aws, ref):  # somebody killed what debugged it, or an edit changed the function
        _wait_until_free(port)
    configuration = client.get_function_configuration(FunctionName=ref.name)
    host = _host(configuration)
    check_port(port, option="app debug --port N")
    before = _Before(
        timeout=configuration["Timeout"],
        version=client.get_alias(FunctionName=ref.name, Name=ref.qualifier)["FunctionVersion"],
    )
    variables = {
        **configuration["Environment"]["Variables"],
        HOST_VARIABLE: host,
        PORT_VARIABLE: str(port),
        _BEFORE: json.dumps(asdict(before)),
    }
    with contextlib.ExitStack() as undo:
        undo.callback(restore, aws, ref)
        client.update_function_configuration(
            FunctionName=ref.name, Timeout=_NO_LIMIT_SECONDS, Environment={"Variables": variables}
        )
        version = client.publish_version(FunctionName=ref.name)["Version"]
        client.update_alias(FunctionName=ref.name, Name=ref.qualifier, FunctionVersion=version)
        invoke(aws, ref, json.dumps(START))
        return undo.pop_all()


@contextlib.contextmanager
def carried_on(aws: Aws, functions: Mapping[str, FunctionRef]) -> Iterator[list[str]]:
    """Debug those functions again that an edit to the program changes within the block.

    Yields:
        A list, which afterwards has the names of these functions.
    """
    debugged = {
        name: (ref, int(variables[PORT_VARIABLE]))
        for name, ref in _debugged(aws, functions).items()
        if PORT_VARIABLE in (variables := _of_alias(aws, ref))
    }
    again: list[str] = []
    try:
        yield again
    finally:
        for name, (ref, port) in debugged.items():
            with contextlib.suppress(aws.client("lambda").exceptions.ResourceNotFoundException):
                if PORT_VARIABLE not in _of_alias(aws, ref):
                    restore(aws, ref)
                    _wait_until_free(port)  # the edit itself may have ended the debugger just now
                    debugging(aws, ref, port=port)  # until whoever began it ends it
                    again.append(name)


def restore(aws: Aws, ref: FunctionRef) -> bool:
    """End the debugging of a function, whoever began it; return False if there is none.

    An edit to the program may have given the function another version meanwhile, which stays.
    """
    client = aws.client("lambda")
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=ref.name)
    versions = {each["Version"]: each for page in pages for each in page["Versions"]}
    debugged = {name: each for name, each in versions.items() if _BEFORE in _variables(each)}
    if not debugged:
        return False
    before = _Before(**json.loads(_variables(next(iter(debugged.values())))[_BEFORE]))
    alias = client.get_alias(FunctionName=ref.name, Name=ref.qualifier)
    if alias["FunctionVersion"] in debugged:
        client.update_alias(
            FunctionName=ref.name, Name=ref.qualifier, FunctionVersion=before.version
        )
    for version in debugged.keys() - {"$LATEST"}:
        client.delete_function(FunctionName=ref.name, Qualifier=version)
    if "$LATEST" in debugged:
        variables = _variables(debugged["$LATEST"])
        ours = {HOST_VARIABLE, PORT_VARIABLE, _BEFORE}
        client.update_function_configuration(
            FunctionName=ref.name,
            Timeout=before.timeout,
            Environment={"Variables": {n: v for n, v in variables.items() if n not in ours}},
        )
    return True


def attach_hint(function: str, port: int) -> str:
    """Return how to attach, as text for people."""
    return (
        f"{function} waits for a debugger on {HOST}:{port} before each invocation, without a time "
        "limit.\n"
        '  VS Code: set a breakpoint in handlers/, then run "Attach to a function" (F5).\n'
        f"  Other editors: attach to debugpy on {HOST}:{port}.\n"
        "Then call the function."
    )


def _debugged(aws: Aws, functions: Mapping[str, FunctionRef]) -> dict[str, FunctionRef]:
    """Return the functions whose newest settings have the debugger's variables."""
    pages = aws.client("lambda").get_paginator("list_functions").paginate()
    found = {
        f["FunctionName"] for page in pages for f in page["Functions"] if _BEFORE in _variables(f)
    }
    return {name: ref for name, ref in functions.items() if ref.name in found}


def _of_alias(aws: Aws, ref: FunctionRef) -> dict[str, str]:
    """Return the variables of the version that triggers invoke."""
    return _variables(
        aws.client("lambda").get_function_configuration(
            FunctionName=ref.name, Qualifier=ref.qualifier
        )
    )


def _wait_until_free(port: int) -> None:
    """Wait for the debugger that was just ended to leave its port."""
    deadline = time.monotonic() + _LEAVE_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(LocalError):
            check_port(port)
            return
        time.sleep(0.05)


def _variables(configuration: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = configuration.get("Environment", {}).get("Variables", {})
    return found


def _host(configuration: Mapping[str, Any]) -> str:
    """Return the address to listen at, inside the worker or the container."""
    if configuration["PackageType"] == "Zip":
        return HOST
    if configuration["ImageConfigResponse"]["ImageConfig"]["Command"] != [f"{LIVE}.handler"]:
        raise LocalError(
            "Containers run the handlers that their images hold (--no-watch), and a debugger needs "
            "those of this folder. Start the local cloud without --no-watch: app up"
        )
    return _EVERYWHERE
