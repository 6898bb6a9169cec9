"""Applies the program and its configuration, as they are now, to the running local cloud."""

import time
from collections import defaultdict
from collections.abc import Sequence, Set
from pathlib import Path

from local import project
from local.changes import Action, Change
from local.cloud import install
from local.debug import carried_on
from local.errors import LocalError, PartlyApplied
from local.execution import choose
from local.state import StateDirectory

_ORDER = (Action.REMOVE, Action.REPLACE, Action.MAKE, Action.CHANGE)
_SHOWN = 15
"""Changes that are one line each; more are grouped by kind."""

_WIDTH = 80


def apply(directory: StateDirectory) -> tuple[list[str], Set[Path]]:
    """Run the program again, and change what differs.

    Returns:
        Lines that say what changed, and the files of `handlers/` that the program imports.

    Raises:
        LocalError: nothing runs, the program failed, or something cannot change in place. Unless
            it says otherwise, the cloud is as it was.
    """
    with directory.applying():
        state = directory.load()
        started = time.monotonic()
        loaded = project.load(state.stack, root=directory.root)
        if loaded.region != state.region:
            raise LocalError(
                f"`aws:region` is {loaded.region!r}, and the running cloud is in "
                f"{state.region!r}. Start again: app down, then app up"
            )
        root = directory.root
        containers = choose(
            state.instance is not None, root=root, live=root.resolve() if state.live else None
        ).containers
        aws = state.clients()
        try:
            with carried_on(aws, state.deployed.functions) as debugged:
                deployment = install(
                    loaded,
                    aws,
                    directory=directory.emulator,
                    history=directory.history,
                    containers=containers,
                    previous=state.deployed,
                    error_texts=True,
                )
        except PartlyApplied as error:
            directory.save(state.model_copy(update={"deployed": error.deployed}))
            raise
        finally:
            aws.close()
        directory.save(state.model_copy(update={"deployed": deployment.deployed}))
        lines = change_lines(deployment.changes, time.monotonic() - started)
        lines += [f"{name} runs under the debugger again: attach once more." for name in debugged]
        return lines, deployment.imported


def rehearse(directory: StateDirectory) -> None:
    """Run the program and change nothing, so that the next `apply` of this process is quicker.

    Raises:
        LocalError: nothing runs, or the program failed.
    """
    from local.deployer import rehearse as run

    state = directory.load()
    loaded = project.load(state.stack, root=directory.root)
    run(loaded, state.clients(), previous=state.deployed)


def change_lines(changes: Sequence[Change], seconds: float) -> list[str]:
    """Return lines that say what changed: each loss first, and many other changes by kind."""
    if not changes:
        return ["Nothing of the running cloud had to change."]
    kinds: dict[tuple[Action, str], list[str]] = defaultdict(list)
    lines = []
    for change in sorted(changes, key=lambda it: _ORDER.index(it.action)):
        type_ = change.type.rpartition(":")[2]
        if change.lost:
            lines.append(f"  {change.action.value:<8} {type_} {change.name}, with {change.lost}")
        else:
            kinds[change.action, type_].append(change.name)
    for (action, type_), names in kinds.items():
        if len(changes) <= _SHOWN or len(names) == 1:
            lines += [f"  {action.value:<8} {type_} {name}" for name in names]
        else:
            lines.append(_fitting(f"  {action.value:<8} {type_} ({len(names)}):", sorted(names)))
    return [f"Applied to the running cloud in {seconds:.1f} s:", *lines]


def _fitting(begun: str, names: Sequence[str]) -> str:
    """Return a line with as many names as fit in it, and the number of the others."""
    for shown in range(len(names), 0, -1):
        others = f" and {len(names) - shown} more" if shown < len(names) else ""
        line = f"{begun} {', '.join(names[:shown])}{others}"
        if len(line) <= _WIDTH:
            break
    return line
