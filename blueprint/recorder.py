"""Runs the program without an engine or a cloud, and records what it registers.

For tests, and for the documents that are made from the program.
"""

import asyncio
import contextlib
import contextvars
import gc
import json
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pulumi
import yaml
from pulumi.runtime import mocks, rpc

from blueprint.recording import Monitor, Recorder, plain

ROOT = Path(__file__).parent.parent
PROJECT = "serverless-app"
T = TypeVar("T")


@dataclass(frozen=True)
class Run:
    """What running the program gave.

    Attributes:
        recorder: the resources.
        outputs: the exports as the engine is told: unknown ones as ``pulumi.UNKNOWN``, without
            those that are None.
        secrets: which exports are secrets.
        names: the program's global names.
    """

    recorder: Recorder
    outputs: Mapping[str, Any]
    secrets: frozenset[str]
    names: Mapping[str, Any]


def stack_settings(stack: str, folder: Path = ROOT) -> dict[str, Any]:
    """Read the configuration of ``Pulumi.<stack>.yaml``, by key."""
    text = (folder / f"Pulumi.{stack}.yaml").read_text()
    settings: dict[str, Any] = yaml.safe_load(text)["config"]
    return settings


def run(
    stack: str,
    *,
    preview: bool = False,
    settings: Mapping[str, Any] | None = None,
    recorder: type[Recorder] = Recorder,
    folder: Path = ROOT,
) -> Run:
    """Run ``__main__.py`` for a stack.

    Args:
        stack: which ``Pulumi.<stack>.yaml`` configures it.
        preview: as ``pulumi preview`` of a new stack, where every computed output is unknown.
        settings: keys that replace those of the file, such as ``serverless-app:api``; None leaves
            one out.
        recorder: what records it, and answers as AWS would.
        folder: the program's; that of another one in this repository.
    """
    given = {**stack_settings(stack, folder), **(settings or {})}
    configuration = {key: value for key, value in given.items() if value is not None}
    return apart(lambda: _run(stack, recorder(preview=preview), configuration, folder))


def _run(stack: str, recorder: Recorder, settings: Mapping[str, Any], folder: Path) -> Run:
    names: dict[str, Any] = {}
    outputs: dict[str, Any] = {}

    async def exported() -> None:
        root: Any = pulumi.runtime.get_root_resource()
        told = await rpc.serialize_properties(root.outputs, {})
        outputs.update(rpc.deserialize_properties(told, keep_unknowns=True))

    def program() -> pulumi.Output[None]:
        names.update(runpy.run_path(str(folder / "__main__.py")))
        return pulumi.Output.from_input(exported())

    with contextlib.chdir(folder):
        use(stack, recorder, settings, folder)
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    secrets = frozenset(name for name, value in outputs.items() if rpc.is_rpc_secret(value))
    return Run(recorder, plain(outputs), secrets, names)


def use(stack: str, recorder: Recorder, settings: Mapping[str, Any], folder: Path = ROOT) -> None:
    """Set the recorder and a stack's configuration for what runs next, in this context."""
    sys.path[:] = [str(ROOT), *(p for p in sys.path if p != str(ROOT))]
    pulumi.runtime.set_all_config({key: _encoded(value) for key, value in settings.items()}, [])
    mocks.set_mocks(
        recorder,
        project=yaml.safe_load((folder / "Pulumi.yaml").read_text())["name"],
        stack=stack,
        preview=recorder.preview,
        monitor=Monitor(recorder),
    )


def _encoded(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def apart(function: Callable[[], T]) -> T:
    """Call a function in a thread, a context and an event loop of its own.

    Pulumi keeps its state in context variables, and expects a loop in each thread: so one run
    knows nothing of an earlier one, and leaves nothing behind.
    """
    with _nothing_collected(), ThreadPoolExecutor(1) as thread:
        return thread.submit(contextvars.Context().run, _with_loop, function).result()


@contextlib.contextmanager
def _nothing_collected() -> Iterator[None]:
    """Have the garbage collector wait, which would take half of the time.

    It would look through all of the provider's classes and of the program's resources, time and
    again, and so take a larger share of a larger program's time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _with_loop(function: Callable[[], T]) -> T:
    loops: list[asyncio.AbstractEventLoop] = []

    def new_loop() -> None:
        loops.append(asyncio.new_event_loop())
        asyncio.set_event_loop(loops[-1])

    new_loop()
    # Pulumi reports each failure once more through futures that nobody awaits.
    loops[0].set_exception_handler(lambda _loop, _context: None)
    pool = ThreadPoolExecutor(initializer=new_loop)
    loops[0].set_default_executor(pool)
    try:
        return function()
    finally:
        pool.shutdown(cancel_futures=True)
        for task in asyncio.all_tasks(loops[0]):
            task.cancel()
        loops[0].run_until_complete(asyncio.sleep(0))
        for loop in loops:
            loop.close()
