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
from local.aws import AwsError
from local.cloud import Cloud, launch
from local.debug import attach_hint, debugging
from local.debugger import DEBUG_PORT
from local.emulator import Emulator
from local.errors import LocalError
from local.execution import choose
from local.hints import command, hints
from local.log_format import Formatter
from local.logs import LogReader
from local.processes import catch_signals
from local.state import State, StateDirectory
from local.uploads import UploadNames
from local.watch import Watcher
from ops.terminal import wants_colour

PORT = 4566
_STOP_SECONDS = 5


def up(
    directory: StateDirectory,
    *,
    port: int | None,
    stack: str,
    detach: bool,
    docker: bool | None,
    live: bool,
    debug: str | None,
    keep: bool,
    progress: Callable[[str], AbstractContextManager[object]],
) -> int:
    """Start the emulator, deploy the stack, and follow the logs until Ctrl-C.

    If it runs already, apply the stack to it.

    Args:
        directory: where the state of `up` is kept.
        port: the emulator's; None for the usual one, or that of the running one.
        stack: whose ``Pulumi.<stack>.yaml`` configures the program.
        detach: return when the stack is up.
        docker: see `execution.choose`.
        live: an edit of a handler is live at the next call, and one of the program is applied.
        keep: bring back what an earlier one with this option held, and keep it again.
        debug: function that runs under a debugger.
        progress: shows a text while something takes long.

    Raises:
        LocalError: something failed, or the emulator ended by itself; nothing that was started is
            left running.
        KeyboardInterrupt: Ctrl-C before the stack was up; likewise.
    """
    catch_signals()
    if running := directory.running():
        if debug:
            raise LocalError(
                f"A local cloud runs already. Debug a function of it: app debug {debug}"
            )
        _refuse_other(running, port=port, stack=stack, docker=docker, keep=keep)
        with progress(f"Applying stack {stack}"), no_garbage_collection():
            from local.apply import apply

            lines, _ = apply(directory)
        print("\n".join(lines), flush=True)
        return 0
    settings = project.load(stack, root=directory.root)
    kept = directory.load_kept(stack=stack, port=port) if keep else None
    port = port or (kept.port if kept else PORT)
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
            kept=directory.kept if keep else None,
        )
        with progress(f"Deploying stack {stack}"), no_garbage_collection():
            cloud = launch(
                emulator,
                settings,
                inherit=lock,
                history=directory.history,
                previous=kept.deployed if kept else None,
                error_texts=True,
            )
    finally:
        # From now on only the emulator holds it.
        os.close(lock)
    stays = False
    try:
        state = State(
            pid=emulator.pid,
            port=port,
            region=settings.region,
            stack=stack,
            live=live,
            keep=keep,
            started=datetime.fromtimestamp(started, UTC),
            instance=emulator.instance,
            credentials=emulator.credentials,
            deployed=cloud.deployed,
        )
        directory.save(state)
        if debug:
            debugging(cloud.aws, state.deployed.function(debug), port=DEBUG_PORT)  # until it ends
        stays = detach  # it is up: nothing that happens while this prints may stop it
        _introduce(
            state,
            execution.sentence,
            viewer=cloud.viewer,
            console=cloud.console,
            seconds=time.time() - started,
            detach=detach,
            live=live or execution.containers is None,
            watch=live,
        )
        if debug:
            print(f"\n{attach_hint(debug, DEBUG_PORT)}", flush=True)
        if not detach:
            _follow(cloud, directory, state)
            if not (emulator.alive() or directory.is_stopped_by_down()):
                raise LocalError(f"{emulator.ending()}\nEverything was stopped. Try again: app up")
    except KeyboardInterrupt:
        if stays:
            raise
        print("\nStopping.", flush=True)
    finally:
        if not stays:
            last = directory.peek()
            alive = emulator.alive()
            cloud.stop()
            if last and last.keep and alive and not last.stopping:
                directory.keep(last)
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
    console: str,
    seconds: float,
    detach: bool,
    live: bool,
    watch: bool,
) -> None:
    outputs = state.deployed.outputs
    print(f"Stack {state.stack!r} is up at {state.endpoint} after {seconds:.1f} s, IAM enforced.")
    print(f"{sentence}\n")
    for name, value in sorted(outputs.items()):
        if not isinstance(value, dict):  # those are for programs, such as `redrive`
            print(f"  {name} = {value if isinstance(value, str) else json.dumps(value)}")
    print(f"\nSee all that happens, in a browser: {console}")
    print("\nTry:")
    for title, line in hints(outputs, viewer=viewer):
        print(f"  # {title}\n  {line}")
    if not detach:
        if live:
            print("\nAn edit in handlers/ is live at the next call.")
        if watch:
            print("An edit of the program, its configuration or infra/ is applied in seconds.")
        print(f"\nLogs of all functions (also: {command()} logs). Ctrl-C stops everything.")
    sys.stdout.flush()


def _refuse_other(
    running: State, *, port: int | None, stack: str, docker: bool | None, keep: bool
) -> None:
    """Refuse options that the running local cloud was not started with."""
    options: dict[str, tuple[object, object]] = {
        "--stack": (stack, running.stack),
        "--port": (port or running.port, running.port),
    }
    if keep:
        options["--keep"] = (keep, running.keep)
    if docker is not None:
        options["--docker"] = (docker, running.instance is not None)
    for option, (wanted, runs) in options.items():
        if wanted != runs:
            raise LocalError(
                f"A local cloud runs already at {running.endpoint}, with another {option}: "
                f"{runs!r}, not {wanted!r}. Stop it first: app down"
            )


def _follow(cloud: Cloud, directory: StateDirectory, state: State) -> None:
    """Print logs and apply edits until the emulator has ended."""
    functions = dict(state.deployed.functions)
    formatter = Formatter(functions, colour=wants_colour(sys.stdout))
    names = UploadNames(cloud.aws, state.deployed.outputs)
    reader = LogReader(cloud.aws, functions, since_ms=int(state.started.timestamp() * 1000))

    def applied() -> None:
        """Follow the functions that there are now."""
        now = directory.load().deployed.functions
        functions.update(now)
        for name in functions.keys() - now.keys():
            del functions[name]

    with contextlib.ExitStack() as watching:
        if state.live:
            watching.enter_context(Watcher(directory, state, cloud.imported, applied=applied))
        try:
            for invocation in reader.follow(cloud.emulator.alive):
                print(formatter.format(names.named(invocation)), flush=True)
        except AwsError:
            if is_alive_after_stopping(cloud.emulator.alive):
                raise
        print("The emulator has ended.", file=sys.stderr)


def is_alive_after_stopping(alive: Callable[[], bool]) -> bool:
    """Return True if the emulator still runs after the time for stopping its containers."""
    deadline = time.monotonic() + _STOP_SECONDS
    while alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive()
