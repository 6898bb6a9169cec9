"""Prints what followed from one request, upload or message: in AWS and in the local cloud."""

import sys
import time
from collections.abc import Mapping
from typing import Any

import msgspec

from ops.deployed.clients import Client, clients
from ops.deployed.outputs import outputs as read_outputs
from ops.deployed.outputs import region
from ops.events.since import seconds
from ops.events.text import chain
from ops.terminal import wants_colour
from ops.trace.cause import cause_of
from ops.trace.errors import TraceError
from ops.trace.search import Groups, search


def deployed(stack: str) -> tuple[Mapping[str, Any], Client]:
    """Return the outputs of a deployed stack, and what makes clients of its region.

    Raises:
        OpsError: the stack cannot be read.
    """
    outputs = read_outputs(stack)
    return outputs, clients(region(outputs), emulator=outputs.get("emulator"))


def run(
    outputs: Mapping[str, Any], client: Client, *, trace: str, since: str, as_json: bool
) -> int:
    """Print the chain of one trace, found in the logs since a time ago, such as ``4d``.

    Returns:
        The exit code, 0.

    Raises:
        OpsError: nothing was found, or the stack does not say where its logs are.
    """
    groups = _groups(outputs)
    found = search(client("logs"), groups, trace=trace, since=time.time() - seconds(since))
    cause = cause_of(trace, found)
    if cause is None:
        raise TraceError(
            f"No log record of the last {since} has the id {trace!r}. Records arrive "
            "after some seconds; look further back with --since, such as --since 4d."
        )
    if as_json:
        print(msgspec.json.encode(cause).decode())
    else:
        print(chain(cause, colour=wants_colour(sys.stdout), every_record=True))
    return 0


def _groups(outputs: Mapping[str, Any]) -> Groups:
    found = outputs.get("log_groups")
    if found is None:
        raise TraceError(
            "The stack has no output `log_groups`. It was deployed by an older version of this "
            "project: deploy it again."
        )
    return Groups(functions=found["functions"], api=found["api"])
