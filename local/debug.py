"""``app debug``: runs a function's next invocations under a debugger."""

import contextlib
import json
from collections.abc import Mapping
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
    client = aws.client("lambda")
    configuration = client.get_function_configuration(FunctionName=ref.name)
    host = _host(configuration)
    check_port(port, option="app debug --port N")
    alias = client.get_alias(FunctionName=ref.name, Name=ref.qualifier)["FunctionVersion"]
    variables = configuration["Environment"]["Variables"]
    reserved = client.get_function_concurrency(FunctionName=ref.name).get(
        "ReservedConcurrentExecutions"
    )
    with contextlib.ExitStack() as undo:
        undo.callback(
            client.update_function_configuration,
            FunctionName=ref.name,
            Timeout=configuration["Timeout"],
            Environment={"Variables": variables},
        )
        client.update_function_configuration(
            FunctionName=ref.name,
            Timeout=_NO_LIMIT_SECONDS,
            Environment={"Variables": {**variables, HOST_VARIABLE: host, PORT_VARIABLE: str(port)}},
        )
        version = client.publish_version(FunctionName=ref.name)["Version"]
        undo.callback(client.delete_function, FunctionName=ref.name, Qualifier=version)
        # One process can listen on the port.
        client.put_function_concurrency(FunctionName=ref.name, ReservedConcurrentExecutions=1)
        undo.callback(_reserve, client, ref.name, reserved)
        client.update_alias(FunctionName=ref.name, Name=ref.qualifier, FunctionVersion=version)
        undo.callback(
            client.update_alias, FunctionName=ref.name, Name=ref.qualifier, FunctionVersion=alias
        )
        invoke(aws, ref, json.dumps(START))
        return undo.pop_all()


def attach_hint(function: str, port: int) -> str:
    """Return how to attach, as text for people."""
    return (
        f"{function} waits for a debugger on {HOST}:{port} before each invocation, without a time "
        "limit.\n"
        '  VS Code: set a breakpoint in handlers/, then run "Attach to a function" (F5).\n'
        f"  Other editors: attach to debugpy on {HOST}:{port}.\n"
        "Then call the function."
    )


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
