"""A local cloud that the tests started, where the commands look for one."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from local.cloud import Cloud
from local.deployed import Deployed, Resource
from local.state import State, StateDirectory


def resources(type_: str, ids: Mapping[str, str]) -> dict[str, Resource]:
    """Return resources of a type, as a program would make them: ids by name."""
    return {
        f"urn::{name}": Resource(type=type_, name=name, id=id_, inputs={}, outputs={})
        for name, id_ in ids.items()
    }


@contextlib.contextmanager
def as_if_up(root: Path, cloud: Cloud, deployed: Deployed | None = None) -> Iterator[State]:
    """Let the commands in a folder find a cloud, as `app up` would.

    ``deployed`` stands in for what the cloud's program made.
    """
    directory = StateDirectory(root)
    lock = directory.acquire()
    state = State(
        pid=os.getpid(),
        port=cloud.emulator.port,
        region=cloud.aws.region,
        stack="local",
        started=datetime.now(UTC),
        credentials=cloud.aws.credentials,
        deployed=deployed or cloud.deployed,
    )
    directory.save(state)
    try:
        yield state
    finally:
        os.close(lock)
