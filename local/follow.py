"""Follows the local cloud while ``app up`` runs: prints logs, and applies edits."""

import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from local.aws import AwsError
from local.cloud import Cloud
from local.deployed import FunctionRef
from local.log_format import Formatter
from local.logs import LogReader
from local.state import State, StateDirectory
from local.uploads import UploadNames
from local.watch import Watcher
from ops.terminal import wants_colour

_STOP_SECONDS = 5


def follow(cloud: Cloud, directory: StateDirectory, state: State) -> None:
    """Print logs, and apply edits if the cloud is live, until the emulator has ended."""
    functions = dict(state.deployed.functions)

    def applied() -> None:
        """Follow the functions that there are now."""
        now = directory.load().deployed.functions
        functions.update(now)
        for name in functions.keys() - now.keys():
            del functions[name]

    watcher: AbstractContextManager[object] = (
        Watcher(directory, state, cloud.imported, applied=applied)
        if state.live
        else contextlib.nullcontext()
    )
    with watcher:
        _print_logs(cloud, state, functions)
        print("The emulator has ended.", file=sys.stderr)


def _print_logs(cloud: Cloud, state: State, functions: Mapping[str, FunctionRef]) -> None:
    formatter = Formatter(functions, colour=wants_colour(sys.stdout))
    names = UploadNames(cloud.aws, cloud.outputs)
    reader = LogReader(cloud.aws, functions, since_ms=int(state.started.timestamp() * 1000))
    try:
        for invocation in reader.follow(cloud.emulator.alive):
            print(formatter.format(names.named(invocation)), flush=True)
    except AwsError:
        if is_alive_after_stopping(cloud.emulator.alive):
            raise


def is_alive_after_stopping(alive: Callable[[], bool]) -> bool:
    """Return True if the emulator still runs after the time for stopping its containers."""
    deadline = time.monotonic() + _STOP_SECONDS
    while alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive()
