"""``app up``: start, deploy, print what to try, follow the logs, stop everything."""

import contextlib
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from local import project
from local.aws import Aws, AwsError
from local.cloud import launch
from local.emulator import Emulator
from local.errors import LocalError
from local.execution import choose
from local.hints import command, hints
from local.log_format import Formatter, wants_colour
from local.logs import LogReader
from local.processes import catch_signals
from local.state import State, StateDirectory

_STOP_SECONDS = 5


def up(
    directory: StateDirectory,
    *,
    port: int,
    stack: str,
    detach: bool,
    docker: bool | None,
    live: bool,
    progress: Callable[[str], AbstractContextManager[object]],
) -> int:
    """Start the emulator, deploy the stack, and follow the logs until Ctrl-C.

    Args:
        directory: where the state of `up` is kept.
        port: the emulator's.
        stack: whose ``Pulumi.<stack>.yaml`` configures the program.
        detach: return when the stack is up.
        docker: see `execution.choose`.
        live: an edit of a handler is live at the next call.
        progress: shows a text while something takes long.

    Raises:
        LocalError: something failed, or the emulator ended by itself; nothing that was started is
            left running.
        KeyboardInterrupt: Ctrl-C before the stack was up; likewise.
    """
    catch_signals()
    settings = project.load(stack, root=directory.root)
    started = time.time()
    lock = directory.acquire()
    try:
        execution = choose(
            docker, root=directory.root, live=directory.root.resolve() if live else None
        )
        emulator = Emulator(
            port=port,
            directory=directory.emulator,
            region=settings.region,
            containers=execution.containers,
        )
        with progress(f"Deploying stack {stack}"), no_garbage_collection():
            cloud = launch(emulator, settings, inherit=lock, history=directory.history)
    finally:
        # From now on only the emulator holds it.
        os.close(lock)
    keep = False
    try:
        state = State(
            pid=emulator.pid,
            port=port,
            region=settings.region,
            stack=stack,
            started=datetime.fromtimestamp(started, UTC),
            instance=emulator.instance,
            credentials=emulator.credentials,
            deployed=cloud.deployed,
        )
        directory.save(state)
        keep = detach  # it is up: nothing that happens while this prints may stop it
        _introduce(
            state,
            execution.sentence,
            viewer=cloud.viewer,
            console=cloud.console,
            seconds=time.time() - started,
            detach=detach,
            live=live or execution.containers is None,
        )
        if not detach:
            _follow(cloud.aws, state, emulator)
            if not (emulator.alive() or directory.is_stopped_by_down()):
                raise LocalError(f"{emulator.ending()}\nEverything was stopped. Try again: app up")
    finally:
        if not keep:
            cloud.stop()
            directory.clear()
    return 0


@contextlib.contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Turn garbage collection off, and freeze what exists afterwards.

    The provider's thousands of classes stay until the end. Collections that search them take a
    third of the time of a deployment.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _introduce(
    state: State,
    sentence: str,
    *,
    viewer: str | None,
    console: str | None,
    seconds: float,
    detach: bool,
    live: bool,
) -> None:
    outputs = state.deployed.outputs
    print(f"Stack {state.stack!r} is up at {state.endpoint} after {seconds:.1f} s, IAM enforced.")
    print(f"{sentence}\n")
    for name, value in outputs.items():
        if not isinstance(value, dict):  # those are for programs, such as `redrive`
            print(f"  {name} = {value if isinstance(value, str) else json.dumps(value)}")
    if console:
        print(f"\nSee all that happens, in a browser: {console}")
    print("\nTry:")
    for title, line in hints(outputs, viewer=viewer):
        print(f"  # {title}\n  {line}")
    if not detach:
        if live:
            print("\nAn edit in handlers/ is live at the next call.")
        print(f"\nLogs of all functions (also: {command()} logs). Ctrl-C stops everything.")
    sys.stdout.flush()


def _follow(aws: Aws, state: State, emulator: Emulator) -> None:
    """Print logs until Ctrl-C, or until the emulator has ended."""
    formatter = Formatter(state.deployed.functions, colour=wants_colour(sys.stdout))
    reader = LogReader(aws, state.deployed.functions)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            for invocation in reader.follow(emulator.alive):
                print(formatter.format(invocation), flush=True)
        except AwsError:
            if _is_alive_after_stopping(emulator.alive):
                raise
        print("The emulator has ended.", file=sys.stderr)
        return
    print("\nStopping.", flush=True)


def _is_alive_after_stopping(alive: Callable[[], bool]) -> bool:
    """Return True if the emulator still runs after the time for stopping its containers."""
    deadline = time.monotonic() + _STOP_SECONDS
    while alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive()
