"""Releases new versions, and rolls the last release back."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.deployed.clients import Client, clients
from ops.deployed.outputs import NoOutputs
from ops.deployed.outputs import outputs as read_outputs
from ops.release import messages
from ops.release.alarms import Alarms
from ops.release.alias import Alias
from ops.release.errors import AlarmRang, ChangedMeanwhile, ReleaseError
from ops.release.functions import functions
from ops.release.moves import Part, Plan, to_release, to_roll_back
from ops.release.pruning import prune
from ops.release.signals import Interrupted, Interruptible

AwsError = (BotoCoreError, ClientError)
DONE, ROLLED_BACK, FAILED, INTERRUPTED = 0, 1, 3, 130

_POLL_SECONDS = 5
_REPORT_SECONDS = 60  # between lines that say that no alarm rings
_ATTEMPTS = 3  # to roll back what somebody else changes at the same time


def deployed(stack: str) -> tuple[Mapping[str, Any], Client]:
    """Return the outputs of a stack, and what makes clients of its region.

    Raises:
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
        The exit code: 0; 1 if an alarm rang, and all was rolled back; 3 if something went wrong
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
                _wait_until_ready([(alias, alias.read().version) for alias in aliases])
                prune(client("lambda"), aliases)
            return DONE
        messages.plan(plan, back=False)
        code = _Release(plan, alarms, percent / 100, minutes * 60, output).run(
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
            return DONE if _finish(plan, f"Rolled back ({plan.release}).") else FAILED


@contextmanager
def _as_release_errors() -> Iterator[None]:
    """Turn the errors of AWS and of files into this command's, which have its exit code."""
    try:
        yield
    except (*AwsError, OSError) as error:
        raise ReleaseError(str(error)) from error


def _aliases(outputs: Mapping[str, Any], client: Client) -> list[Alias]:
    return [Alias(client("lambda"), function) for function in functions(outputs)]


class _Release:
    """Moves all its functions together, and back together: they may rely on one another."""

    def __init__(
        self, plan: Plan, alarms: Alarms, share: float, seconds: float, output: Path | None
    ) -> None:
        self._plan = plan
        self._alarms = alarms
        self._share = share
        self._seconds = seconds
        self._output = output
        self._signals = Interruptible()

    def run(self, *, despite_alarms: bool, dry_run: bool) -> int:
        alarms = self._alarms.read()
        ringing = [alarm for alarm in alarms if alarm.rings]
        messages.deaf(alarms, self._seconds)
        messages.ringing(ringing)
        if dry_run:
            return DONE
        if ringing and not despite_alarms:
            if self._plan.resumed:
                with self._signals:
                    return self._roll_back(ROLLED_BACK, "Rolled back: an alarm rings.")
            raise ReleaseError(
                "Alarms ring already, and would hide what this release does. Fix them first, or "
                "release with --despite-alarms, which does not watch these."
            )
        self._alarms = self._alarms.without(alarm.name for alarm in ringing)
        _wait_until_ready([(part.alias, part.target) for part in self._plan.waiting])
        with self._signals:
            return self._guarded()

    def _guarded(self) -> int:
        """Go forward; if anything fails, go back."""
        try:
            self._forward()
        except ChangedMeanwhile:
            raise  # somebody else moves the aliases now
        except AlarmRang as rang:
            return self._roll_back(ROLLED_BACK, f"Rolled back: {rang}.")
        except Interrupted:
            return self._roll_back(INTERRUPTED, "Interrupted, and rolled back.")
        except (ReleaseError, *AwsError) as error:
            print(f"error: {error}", file=sys.stderr)
            return self._roll_back(FAILED, "Rolled back: something went wrong.")
        except BaseException:  # a fault of this software: leave nothing half-way
            _roll_back(self._plan)
            raise
        messages.summary(self._plan.parts, f"Released ({self._plan.release}).")
        return DONE

    def _forward(self) -> None:
        waiting = self._plan.waiting
        if waiting and self._share < 1:
            self._step(
                waiting, lambda p: p.alias.shift(p.state, self._plan.release, p.target, self._share)
            )
        # If a release was killed during its last watch, only that watch is left to do.
        self._step(waiting, lambda p: p.alias.move(p.state, self._plan.release, p.target))
        for part in self._plan.parts:
            part.state = part.alias.finish(self._plan.release)
        if self._output:
            with self._output.open("a") as file:
                file.write(f"released={self._plan.release}\n")

    def _step(self, parts: Sequence[Part], move: Callable[[Part], Any]) -> None:
        for part in parts:
            self._signals.check()
            part.state = move(part)
            messages.step(part)
        messages.say(f"watching alarms for {messages.span(self._seconds)}")
        self._watch()

    def _watch(self) -> None:
        """Wait, and read the alarms until the end."""
        until = time.monotonic() + self._seconds
        reported = self._seconds
        while True:
            left = until - time.monotonic()
            if ringing := [alarm for alarm in self._alarms.read() if alarm.rings]:
                messages.ringing(ringing)
                raise AlarmRang(f"{', '.join(alarm.name for alarm in ringing)} rang")
            if left <= 0:
                return
            if left <= reported - _REPORT_SECONDS:
                reported = left
                messages.say(f"no alarm rings; {messages.span(round(left))} left")
            self._signals.sleep(min(left, _POLL_SECONDS))

    def _roll_back(self, code: int, how: str) -> int:
        return code if _finish(self._plan, how) else FAILED


def _wait_until_ready(versions: Sequence[tuple[Alias, str]]) -> None:
    """Wait until all versions can be called. If AWS takes snapshots, that takes minutes."""
    if versions:
        messages.say("waiting until AWS has the versions ready")
    for alias, version in versions:
        alias.wait_until_ready(version)


def _finish(plan: Plan, how: str) -> bool:
    """Roll a release back, and print the result. Return whether all of it was rolled back."""
    problems = _roll_back(plan)
    messages.summary(plan.parts, how)
    for name, problem in problems.items():
        print(f"error: {name} was not rolled back: {problem}", file=sys.stderr)
    if problems:
        print("error: run this again: app rollback STACK", file=sys.stderr)
    return not problems


def _roll_back(plan: Plan) -> dict[str, Exception]:
    """Move back each function that this release moved; return the errors by function.

    It reads each alias again, because a call that failed may have been carried out.
    """
    problems: dict[str, Exception] = {}
    for part in plan.parts:
        for _ in range(_ATTEMPTS):
            try:
                part.state = part.alias.read()
                if part.state.release == plan.release and part.state.affected:
                    part.state = part.alias.move_back(part.state)
            except ChangedMeanwhile as changed:
                problems[part.name] = changed
                continue
            except AwsError as error:
                problems[part.name] = error
            else:
                problems.pop(part.name, None)
            break
    return problems
