"""A deployed stack: its region, and clients of it."""

import re
from collections.abc import Mapping
from typing import Any

from ops.deployed import clients as deployed_clients
from ops.deployed.clients import INVOCATIONS, Client
from ops.deployed.outputs import region as region_of
from ops.redrive.errors import RedriveError
from ops.redrive.sources import Source, sources

# What follows the region depends on the partition: amazonaws.com, amazonaws.com.cn, amazonaws.eu, …
_REGION = re.compile(r"https://sqs\.([a-z]+(?:-[a-z]+)+-[0-9]+)\.[a-z0-9.-]+/")


def region(source: Source) -> str:
    """Return the region of a queue, from its URL.

    Raises:
        RedriveError: it is not a URL of AWS.
    """
    if found := _REGION.match(source.url):
        return found[1]
    raise RedriveError(f"{source.name} is not a queue of AWS. Its URL is {source.url!r}.")


def clients(region_name: str, *, emulator: str | None = None) -> Client:
    """Return a function that makes clients of a region; it never repeats an invocation."""
    return deployed_clients.clients(region_name, INVOCATIONS, emulator=emulator)


def connect(outputs: Mapping[str, Any]) -> Client:
    """Return a function that makes clients of the stack with these outputs.

    Raises:
        OpsError: the stack has no dead-letter queues, or one is neither in AWS nor in an emulator.
    """
    queues = sources(outputs)
    if emulator := outputs.get("emulator"):
        return clients(region_of(outputs), emulator=emulator)
    return clients(region(next(iter(queues.values()))))
