"""``app debug``: runs a function's next invocations under a debugger."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from local.aws import Aws
from local.debugger import HOST, PORT_VARIABLE, START
from local.deployed import FunctionRef
from local.emulator import check_port
from local.errors import LocalError
from local.invocation import invoke

_NO_LIMIT_SECONDS = 7 * 86_400  # somebody may think for a long time; the emulator allows it


@contextlib.contextmanager
def debugging(aws: Aws, ref: FunctionRef, *, port: int) -> Iterator[None]:
    """Run all invocations of a function in one worker that waits for a debugger on ``port``.

    The function's alias gets a version of its own, with the debugger and without a time limit. Role
    and other variables stay. Afterwards, everything is as before, and the worker has ended.

    Raises:
        LocalError: the port is in use, or functions run as containers.
    """
    client = aws.client("lambda")
    configuration = client.get_function_configuration(FunctionName=ref.name)
    if configuration["PackageType"] != "Zip":
        raise LocalError(
            "Functions run as containers, and only workers can be debugged. Start the local cloud "
            "with: app up --no-docker"
        )
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
            Environment={"Variables": {**variables, PORT_VARIABLE: str(port)}},
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
        yield


def attach_hint(function: str, port: int) -> str:
    """Return how to attach, as text for people."""
    return (
        f"{function} waits for a debugger on {HOST}:{port} before each invocation, without a time "
        "limit.\n"
        '  VS Code: set a breakpoint in handlers/, then run "Attach to a function" (F5).\n'
        f"  Other editors: attach to debugpy on {HOST}:{port}.\n"
        "Then call the function. Ctrl-C ends debugging."
    )


def _reserve(client: Any, name: str, reserved: int | None) -> None:
    """Set how many may run at once, as before."""
    if reserved is None:
        client.delete_function_concurrency(FunctionName=name)
    else:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
