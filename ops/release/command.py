"""Releases new versions, and rolls the last release back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops.deployed.clients import Client, clients
from ops.deployed.outputs import NoOutputs
from ops.deployed.outputs import outputs as read_outputs
from ops.release import messages
from ops.release.alarms import Alarms
from ops.release.alias import Alias
from ops.release.back import finish
from ops.release.errors import DONE, FAILED, AwsError, ReleaseError
from ops.release.forward import Release, wait_until_ready
from ops.release.functions import functions
from ops.release.moves import to_release, to_roll_back
from ops.release.pruning import prune
from ops.release.signals import Interruptible


def deployed(stack: str) -> tuple[Mapping[str, Any], Client]:
    """Return the outputs of a stack, and what makes clients of its region.

    Raises:
        WrongUsage: the project has no such stack.
        ReleaseError: the stack cannot be read, or has no functions to release.
    """
    try:
        outputs = read_outputs(stack)
    except NoOutputs as error:
        raise ReleaseError(str(error)) from error
    return outputs, clients(functions(outputs)[0].region, emulator=outputs.get("emulator"))


def release(
    outputs: Mapping[str, Any],
    client: Client,
    *,
    percent: int,
    minutes: float,
    despite_alarms: bool,
    dry_run: bool,
    output: Path | None = None,
    as_json: bool = False,
) -> int:
    """Move all functions to their newest versions, and delete versions that nobody needs.

    ``output``: a file to which the name of what was released is appended. ``as_json``: print a
    ``dry_run`` as JSON.

    Returns:
        The exit code: 0; 1 if an alarm fired, and all was rolled back; 3 if something went wrong
        while calls moved, and all was rolled back; 130 if interrupted, and all was rolled back.

    Raises:
        ReleaseError: something is wrong; nothing was moved, or somebody else moves it.
    """
    with _as_release_errors():
        aliases = _aliases(outputs, client)
        plan = to_release(aliases)
        names = {name for part in plan.parts for name in part.alias.function.alarms}
        alarms = Alarms(client("cloudwatch"), names)
        if as_json:
            messages.as_json(plan, alarms.read())
            return DONE
        if not plan.parts:
            print("Nothing to release: every function's newest version is live.")
            if not dry_run:
                # A function's first version is live before AWS has it ready.
                wait_until_ready([(alias, alias.read().version) for alias in aliases])
                prune(client("lambda"), aliases)
            return DONE
        messages.plan(plan, back=False)
        code = Release(plan, alarms, percent / 100, minutes * 60, output).run(
            despite_alarms=despite_alarms, dry_run=dry_run
        )
        if code == DONE and not dry_run:
            prune(client("lambda"), aliases)
        return code


def rollback(
    outputs: Mapping[str, Any], client: Client, *, dry_run: bool, release: str | None
) -> int:
    """Roll the last release back; if ``release`` is given, only if it is the last one.

    Returns:
        The exit code: 0, or 3 if some function could not be moved back.

    Raises:
        ReleaseError: there was no release, or another one was the last.
    """
    with _as_release_errors():
        plan = to_roll_back(_aliases(outputs, client), only=release)
        if not plan.parts:
            print(f"Nothing to roll back: release {plan.release} was rolled back already.")
            return DONE
        messages.plan(plan, back=True)
        if dry_run:
            return DONE
        with Interruptible():
            return DONE if finish(plan, f"Rolled back ({plan.release}).") else FAILED


@contextmanager
def _as_release_errors() -> Iterator[None]:
    """Turn the errors of AWS and of files into this command's, which have its exit code."""
    try:
        yield
    except (*AwsError, OSError) as error:
        raise ReleaseError(str(error)) from error


def _aliases(outputs: Mapping[str, Any], client: Client) -> list[Alias]:
    return [Alias(client("lambda"), function) for function in functions(outputs)]
