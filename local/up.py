"""``app up``: start, deploy, print what to try, follow the logs, stop everything."""

import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from local import project
from local.cloud import Cloud, launch
from local.debug import attach_hint, debugging
from local.emulator import Emulator
from local.errors import LocalError
from local.execution import choose
from local.follow import follow
from local.introduction import introduction
from local.ports import DEBUG_PORT, PORT
from local.processes import catch_signals
from local.state import State, StateDirectory

Progress = Callable[[str], AbstractContextManager[object]]


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
    progress: Progress,
) -> None:
    """Start the emulator, deploy the stack, and follow the logs until Ctrl-C.

    If it runs already, apply the stack to it.

    Args:
        directory: where the state of `up` is kept.
        port: the emulator's; None for the usual one, or that of the running one.
        stack: whose ``Pulumi.<stack>.yaml`` configures the program.
        detach: return when the stack is up.
        docker: see `execution.choose`.
        live: an edit to a handler is live on the next call, and one of the program is applied.
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
            running.deployed.function(debug)  # raises if there is none
            raise LocalError(
                f"A local cloud runs already. Debug a function of it: app debug {debug}"
            )
        _refuse_other(running, port=port, stack=stack, docker=docker, keep=keep)
        return _apply(directory, stack, progress)
    started = datetime.now(UTC)
    cloud, execution = _start(
        directory, port=port, stack=stack, docker=docker, live=live, keep=keep, progress=progress
    )
    stays = False
    try:
        state = _state_of(cloud, stack, started, live=live, keep=keep)
        directory.save(state)
        if debug:
            debugging(cloud.aws, state.deployed.function(debug), port=DEBUG_PORT)  # until it ends
        stays = detach  # it is up: nothing that happens while this prints may stop it
        seconds = (datetime.now(UTC) - started).total_seconds()
        print(
            introduction(cloud, state, execution=execution, seconds=seconds, follows=not detach),
            flush=True,
        )
        if debug:
            print(f"\n{attach_hint(debug, DEBUG_PORT)}", flush=True)
        if not detach:
            follow(cloud, directory, state)
            if not (cloud.emulator.alive() or directory.is_stopped_by_down()):
                ending = cloud.emulator.ending()
                raise LocalError(f"{ending}\nEverything was stopped. Try again: app up")
    except KeyboardInterrupt:
        if stays:
            raise
        print("\nStopping.", flush=True)
    finally:
        if not stays:
            _stop(cloud, directory)


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


def _apply(directory: StateDirectory, stack: str, progress: Progress) -> None:
    with progress(f"Applying stack {stack}"), no_garbage_collection():
        from local.apply import apply

        lines, _ = apply(directory)
    print("\n".join(lines), flush=True)


def _start(
    directory: StateDirectory,
    *,
    port: int | None,
    stack: str,
    docker: bool | None,
    live: bool,
    keep: bool,
    progress: Progress,
) -> tuple[Cloud, str]:
    """Start the emulator and deploy the stack; return also a sentence on how functions run."""
    settings = project.load(stack, root=directory.root)
    kept = directory.load_kept(stack=stack, port=port) if keep else None
    lock = directory.acquire()
    try:
        execution = choose(
            docker, root=directory.root, live=directory.root.resolve() if live else None
        )
        emulator = Emulator(
            port=port or (kept.port if kept else PORT),
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
        return cloud, execution.sentence
    finally:
        # From now on only the emulator holds it.
        os.close(lock)


def _state_of(cloud: Cloud, stack: str, started: datetime, *, live: bool, keep: bool) -> State:
    emulator = cloud.emulator
    return State(
        pid=emulator.pid,
        port=emulator.port,
        region=cloud.aws.region,
        stack=stack,
        live=live,
        keep=keep,
        started=started,
        instance=emulator.instance,
        credentials=emulator.credentials,
        deployed=cloud.deployed,
    )


def _stop(cloud: Cloud, directory: StateDirectory) -> None:
    """Stop the cloud; keep its data if `up` was asked to, and `down` does not do so."""
    last = directory.peek()
    alive = cloud.emulator.alive()
    cloud.stop()
    if last and last.keep and alive and not last.stopping:
        directory.keep(last)
    directory.clear()


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
