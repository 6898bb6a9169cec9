"""Runs the project's Pulumi program and makes each of its resources in the emulator.

The program runs under the Pulumi SDK's own mock monitor: it cannot tell this from the real engine.
"""

import asyncio
import concurrent.futures
import contextlib
import contextvars
import runpy
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pulumi

from local.aws import Aws
from local.deployed import Deployed
from local.errors import DeployFailed
from local.failure import describe, traced_task
from local.monitor import Monitor
from local.project import Project
from local.resources import registry

_THREADS = 16
"""How many resources are made at a time; they wait for the emulator, not for this process."""


def deploy(project: Project, aws: Aws, *, images: Mapping[str, str] | None = None) -> Deployed:
    """Run the program and make what it declares.

    Functions run as containers of the ``images``, given by the function's folder, or as workers.

    It runs in a thread with a context of its own, for Pulumi keeps its state in context variables:
    so a process can deploy more than once, beside tests that use mocks of their own.

    Raises:
        DeployFailed: says which resource failed and why, or where the program did.
    """
    target = registry.Target(aws=aws, root=project.root, images=images, naming=project.naming)
    outcome: concurrent.futures.Future[None] = concurrent.futures.Future()

    def run() -> None:
        try:
            contextvars.Context().run(_deploy, project, target)
        except BaseException as error:  # noqa: BLE001 (raised again by result())
            outcome.set_exception(error)
        else:
            outcome.set_result(None)

    # A daemon, so that Ctrl-C need not wait for it.
    threading.Thread(target=run, name="deploy", daemon=True).start()
    outcome.result()
    return target.deployed


def _deploy(project: Project, target: registry.Target) -> None:
    monitor = Monitor(target)
    with _event_loop(), _program_environment(project.root):
        pulumi.runtime.set_mocks(
            monitor.mocks,
            project=project.name,
            stack=project.stack,
            preview=False,
            monitor=monitor,
        )
        pulumi.runtime.set_all_config(dict(project.config), [])

        def program() -> pulumi.Output[None]:
            runpy.run_path(str(project.root / "__main__.py"), run_name="__main__")
            stack = pulumi.runtime.get_root_resource()
            outputs = pulumi.Output.from_input(getattr(stack, "outputs", {}))
            return outputs.apply(
                # As the engine does: what is None is no output.
                lambda values: target.deployed.outputs.update(
                    {
                        name: target.here(value)
                        for name, value in values.items()
                        if value is not None
                    }
                )
            )

        try:
            pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
        except (Exception, SystemExit) as error:
            # Other failures are consequences of the first resource's.
            if monitor.failure:
                raise monitor.failure from None
            raise DeployFailed(describe(error, project.root)) from error


@contextlib.contextmanager
def _event_loop() -> Iterator[None]:
    """Create a loop for this thread and each of the pool, as Pulumi expects; close all."""
    loops: list[asyncio.AbstractEventLoop] = []

    def new_loop() -> None:
        loop = asyncio.new_event_loop()
        # Pulumi reports each failure once more through futures that nobody awaits.
        loop.set_exception_handler(lambda _loop, _context: None)
        asyncio.set_event_loop(loop)
        loops.append(loop)

    new_loop()
    pool = concurrent.futures.ThreadPoolExecutor(_THREADS, "resource", initializer=new_loop)
    loops[0].set_default_executor(pool)
    loops[0].set_task_factory(traced_task)  # type: ignore[arg-type]
    try:
        yield
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for task in asyncio.all_tasks(loops[0]):
            task.cancel()
        loops[0].run_until_complete(asyncio.sleep(0))
        asyncio.set_event_loop(None)
        for loop in loops:
            loop.close()


@contextlib.contextmanager
def _program_environment(root: Path) -> Iterator[None]:
    """Run the program in the project's folder, as Pulumi does."""
    path = list(sys.path)
    with contextlib.chdir(root):
        sys.path.insert(0, str(root))
        try:
            yield
        finally:
            sys.path[:] = path
