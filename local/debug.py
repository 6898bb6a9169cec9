"""``app debug``: runs a function's next invocations under a debugger."""

import contextlib
import json
from collections.abc import Mapping
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
_BEFORE = "_LOCAL_DEBUG_BEFORE"


@dataclass(frozen=True, kw_only=True)
class _Before:
    """How a function was, as a variable of the version with the debugger keeps it."""

    timeout: int
    version: str
    reserved: int | None


def debugging(aws: Aws, ref: FunctionRef, *, port: int) -> contextlib.ExitStack:
    """Run all invocations of a function in one place that waits for a debugger on ``port``.

    That is a worker, or a container whose port ``server/debug_containers.py`` publishes. The
    function's alias gets a version of its own, with the debugger and without a time limit. Role and
    other variables stay.

    Returns:
        A context manager. When it ends, everything is as before, and the worker or container has
        ended.

    Raises:
        LocalError: the port is in use, or containers run the handlers that their images hold.
    """
    restore(aws, ref)  # if somebody killed what debugged it
    client = aws.client("lambda")
    configuration = client.get_function_configuration(FunctionName=ref.name)
    host = _host(configuration)
    check_port(port, option="app debug --port N")
    before = _Before(
        timeout=configuration["Timeout"],
        version=client.get_alias(FunctionName=ref.name, Name=ref.qualifier)["FunctionVersion"],
        reserved=client.get_function_concurrency(FunctionName=ref.name).get(
            "ReservedConcurrentExecutions"
        ),
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
        # One process can listen on the port.
        client.put_function_concurrency(FunctionName=ref.name, ReservedConcurrentExecutions=1)
        client.update_alias(FunctionName=ref.name, Name=ref.qualifier, FunctionVersion=version)
        invoke(aws, ref, json.dumps(START))
        return undo.pop_all()


def restore(aws: Aws, ref: FunctionRef) -> None:
    """End the debugging of a function, whoever began it; do nothing if there is none.

    An edit of the program may have given the function another version meanwhile, which stays.
    """
    client = aws.client("lambda")
    pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=ref.name)
    versions = {each["Version"]: each for page in pages for each in page["Versions"]}
    debugged = {name: each for name, each in versions.items() if _BEFORE in _variables(each)}
    if not debugged:
        return
    before = _Before(**json.loads(_variables(next(iter(debugged.values())))[_BEFORE]))
    alias = client.get_alias(FunctionName=ref.name, Name=ref.qualifier)
    if alias["FunctionVersion"] in debugged:
        client.update_alias(
            FunctionName=ref.name, Name=ref.qualifier, FunctionVersion=before.version
        )
    _reserve(client, ref.name, before.reserved)
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


def attach_hint(function: str, port: int) -> str:
    """Return how to attach, as text for people."""
    return (
        f"{function} waits for a debugger on {HOST}:{port} before each invocation, without a time "
        "limit.\n"
        '  VS Code: set a breakpoint in handlers/, then run "Attach to a function" (F5).\n'
        f"  Other editors: attach to debugpy on {HOST}:{port}.\n"
        "Then call the function."
    )


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


def _reserve(client: Any, name: str, reserved: int | None) -> None:
    """Set how many may run at once, as before."""
    if reserved is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
