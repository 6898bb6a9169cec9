"""Runs a Pulumi program without the Pulumi engine.

The program runs under the SDK's own mock monitor and cannot tell it from the engine. What becomes
of each resource is up to the monitor: one records it, another makes it in an emulator.
"""

import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc

from blueprint.failure import describe
from blueprint.isolation import event_loop, in_thread, no_garbage_collection, working_folder
from blueprint.project import Project


class ProgramFailed(Exception):
    """The program raised an error; the message shows the program's own lines."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a program exports and defines.

    Attributes:
        outputs: the exports as the engine receives them: unknown ones are ``pulumi.UNKNOWN``, and
            those that are None are left out.
        secrets: names of the outputs that are secret.
        names: the program's global names.
    """

    outputs: Mapping[str, Any]
    secrets: frozenset[str]
    names: Mapping[str, Any]


def run(project: Project, monitor: mocks.MockMonitor, *, preview: bool = False) -> Outcome:
    """Run a project's ``__main__.py`` to its end, until every resource is registered.

    Args:
        project: the program and its configuration.
        monitor: answers each registration, in threads of its own.
        preview: whether outputs that the monitor does not answer with are unknown.

    Raises:
        pulumi.RunError: the program refused its configuration.
        ProgramFailed: the program, or the monitor, raised any other error.
    """
    names: dict[str, Any] = {}

    def program() -> None:
        path = str(project.root / "__main__.py")
        names.update(runpy.run_path(path, run_name="__main__"))

    try:
        exported = call(program, project, monitor, preview=preview)
    except pulumi.RunError:
        raise
    except (Exception, SystemExit) as error:
        raise ProgramFailed(describe(error, project.root)) from error
    return Outcome(
        outputs=plain(exported),
        secrets=frozenset(name for name, value in exported.items() if rpc.is_rpc_secret(value)),
        names=names,
    )


def call(
    program: Callable[[], None],
    project: Project,
    monitor: mocks.MockMonitor,
    *,
    preview: bool = False,
) -> dict[str, Any]:
    """Call a function as if it were the project's program.

    Pulumi keeps its state in context variables and expects an event loop in each thread. So the
    function gets a thread, a context and a loop of its own: a process can run many programs, and
    none sees the state of another.

    Returns:
        The exports, of which secret ones are wrapped as the engine's protocol does.
    """
    exported: dict[str, Any] = {}

    async def read_exports() -> None:
        root: Any = pulumi.runtime.get_root_resource()
        sent = await rpc.serialize_properties(getattr(root, "outputs", {}), {})
        exported.update(rpc.deserialize_properties(sent, keep_unknowns=True))

    def program_and_exports() -> pulumi.Output[None]:
        program()
        return pulumi.Output.from_input(read_exports())

    def run_in_stack() -> None:
        with event_loop(), working_folder(project.root):
            mocks.set_mocks(
                monitor.mocks,
                project=project.name,
                stack=project.stack,
                preview=preview,
                monitor=monitor,
            )
            pulumi.runtime.set_all_config(dict(project.config), [])
            pulumi.runtime.test(program_and_exports)()  # type: ignore[no-untyped-call]

    with no_garbage_collection():
        in_thread(run_in_stack)
    return exported


def plain(value: Any) -> Any:
    """Unwrap secrets, and restore integers: protocol buffers have only floating-point numbers."""
    if rpc.is_rpc_secret(value):
        return plain(rpc.unwrap_rpc_secret(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
