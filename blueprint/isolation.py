"""Keeps what a program needs of its process apart: thread, event loop, folder and imports."""

import asyncio
import contextlib
import contextvars
import gc
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from blueprint.failure import traced_task

T = TypeVar("T")

_THREADS = 16
"""How many resources are registered at a time; one that is made waits for the emulator."""


def in_thread(function: Callable[[], T]) -> T:
    """Call a function in a new thread and an empty context; Ctrl-C does not wait for it."""
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(contextvars.Context().run(function))
        except BaseException as error:  # noqa: BLE001 (result() raises it again)
            outcome.set_exception(error)

    threading.Thread(target=work, name="program", daemon=True).start()
    return outcome.result()


@contextlib.contextmanager
def event_loop() -> Iterator[None]:
    """Create a loop for this thread and for each thread of its pool; close all at the end."""
    loops: list[tuple[asyncio.AbstractEventLoop, list[asyncio.Task[Any]]]] = []

    def new_loop() -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        # asyncio.all_tasks would look through the tasks of all programs that this process has run.
        tasks: list[asyncio.Task[Any]] = []

        def kept_task(*args: Any, **options: Any) -> asyncio.Task[Any]:
            task = traced_task(*args, **options)
            tasks.append(task)
            return task

        loop.set_task_factory(kept_task)
        # Pulumi reports each failure once more through futures that nobody awaits.
        loop.set_exception_handler(lambda _loop, _context: None)
        asyncio.set_event_loop(loop)
        loops.append((loop, tasks))
        return loop

    main = new_loop()
    pool = ThreadPoolExecutor(_THREADS, "resource", initializer=new_loop)
    main.set_default_executor(pool)
    try:
        yield
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for loop, tasks in loops:
            _end_tasks(loop, tasks)
            loop.close()
        asyncio.set_event_loop(None)


def _end_tasks(loop: asyncio.AbstractEventLoop, tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel a loop's tasks, and run the loop until they have ended."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        loop.run_until_complete(asyncio.wait(running))


@contextlib.contextmanager
def working_folder(folder: Path) -> Iterator[None]:
    """Run in a program's folder and import from it, as Pulumi does."""
    path = list(sys.path)
    with contextlib.chdir(folder):
        sys.path.insert(0, str(folder))
        try:
            yield
        finally:
            sys.path[:] = path


@contextlib.contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Suspend the garbage collector, which would take half of the time.

    It would visit all of the provider's classes and the program's resources again and again.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
