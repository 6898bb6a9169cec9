"""The command: releases what is new, or takes the last release back."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.deployed.clients import Client
from ops.release import messages
from ops.release.alarms import Alarms
from ops.release.alias import Alias
from ops.release.errors import AlarmRang, ChangedMeanwhile, ReleaseError
from ops.release.functions import functions
from ops.release.moves import Part, Plan, to_release, to_take_back
from ops.release.signals import Interrupted, Interruptible

AwsError = (BotoCoreError, ClientError)
DONE, TAKEN_BACK, FAILED, INTERRUPTED = 0, 1, 3, 130

_POLL_SECONDS = 5
_WORD_SECONDS = 60  # between lines that say that all is well
_ATTEMPTS = 3  # to take back what somebody else changes at the same time


def run(
    outputs: Mapping[str, Any],
    client: Client,
    *,
    action: str | None,
    percent: int,
    minutes: float,
    despite_alarms: bool,
    dry_run: bool,
    output: Path | None = None,
    release: str | None = None,
) -> int:
    """Release what is new, or take the last release back (``action`` is ``rollback``).

    The name of what was released is appended to ``output``; only ``release`` is taken back, if
    given.

    Returns:
        The exit code: 0; 1 if an alarm rang, and all was taken back; 3 if something is wrong; 130
        if interrupted, and all was taken back.
    """
    try:
        aliases = [Alias(client("lambda"), function) for function in functions(outputs)]
        if action == "rollback":
            return _rollback(to_take_back(aliases, only=release), dry_run=dry_run)
        plan = to_release(aliases)
        if not plan.parts:
            print("Nothing to release: every function's newest version is live.")
            if not dry_run:
                # A function's first version is live before AWS has it ready.
                _wait_until_ready([(alias, alias.read().version) for alias in aliases])
            return DONE
        messages.plan(plan, back=False)
        names = {name for part in plan.parts for name in part.alias.function.alarms}
        alarms = Alarms(client("cloudwatch"), names)
        return _Release(plan, alarms, percent / 100, minutes * 60, output).run(
            despite_alarms=despite_alarms, dry_run=dry_run
        )
    except (ReleaseError, *AwsError) as error:
        print(f"error: {error}", file=sys.stderr)
    return FAILED


class _Release:
    """All its functions move together, and back together: they may rely on one another."""

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
        known = self._alarms.read()
        ringing = [alarm for alarm in known if alarm.rings]
        messages.deaf(known, self._seconds)
        messages.ringing(ringing)
        if dry_run:
            return DONE
        if ringing and not despite_alarms:
            if self._plan.resumed:
                with self._signals:
                    return self._take_back(TAKEN_BACK, "Taken back: an alarm rings.")
            raise ReleaseError(
                "Alarms ring already, and would hide what this release does. See to them first, "
                "or release with --despite-alarms, which does not watch these."
            )
        self._alarms = self._alarms.without(alarm.name for alarm in ringing)
        _wait_until_ready([(part.alias, part.target) for part in self._plan.waiting])
        with self._signals:
            return self._guarded()

    def _guarded(self) -> int:
        """Go forward; whatever comes in the way, go back."""
        try:
            self._forward()
        except ChangedMeanwhile:
            raise  # what is there now is somebody else's
        except AlarmRang as rang:
            return self._take_back(TAKEN_BACK, f"Taken back: {rang}.")
        except Interrupted:
            return self._take_back(INTERRUPTED, "Interrupted, and taken back.")
        except (ReleaseError, *AwsError) as error:
            print(f"error: {error}", file=sys.stderr)
            return self._take_back(FAILED, "Taken back: something went wrong.")
        except BaseException:  # such as a reader of our lines who has had enough
            _take_back(self._plan)
            raise
        messages.summary(self._plan.parts, f"Released ({self._plan.release}).")
        return DONE

    def _forward(self) -> None:
        waiting = self._plan.waiting
        if waiting and self._share < 1:
            self._step(
                waiting, lambda p: p.alias.shift(p.state, self._plan.release, p.target, self._share)
            )
        # Where a release was killed during the last watch, nothing is left to do but to watch.
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
        """Wait; the last look at the alarms is at the end."""
        until = time.monotonic() + self._seconds
        said = self._seconds
        while True:
            left = until - time.monotonic()
            if ringing := [alarm for alarm in self._alarms.read() if alarm.rings]:
                messages.ringing(ringing)
                raise AlarmRang(f"{', '.join(alarm.name for alarm in ringing)} rang")
            if left <= 0:
                return
            if left <= said - _WORD_SECONDS:
                said = left
                messages.say(f"no alarm rings; {messages.span(round(left))} left")
            self._signals.sleep(min(left, _POLL_SECONDS))

    def _take_back(self, code: int, how: str) -> int:
        return code if _finish(self._plan, how) else FAILED


def _wait_until_ready(versions: Sequence[tuple[Alias, str]]) -> None:
    """Wait until all can be called: minutes, where AWS takes snapshots."""
    if versions:
        messages.say("waiting until AWS has the versions ready")
    for alias, version in versions:
        alias.wait_until_ready(version)


def _rollback(plan: Plan, *, dry_run: bool) -> int:
    if not plan.parts:
        print(f"Nothing to take back: release {plan.release} was taken back already.")
        return DONE
    messages.plan(plan, back=True)
    if dry_run:
        return DONE
    with Interruptible():
        return DONE if _finish(plan, f"Taken back ({plan.release}).") else FAILED


def _finish(plan: Plan, how: str) -> bool:
    """Take a release back, and say so; give whether all of it was."""
    problems = _take_back(plan)
    messages.summary(plan.parts, how)
    for name, problem in problems.items():
        print(f"error: {name} was not taken back: {problem}", file=sys.stderr)
    if problems:
        print("error: run this again: python -m ops.release STACK rollback", file=sys.stderr)
    return not problems


def _take_back(plan: Plan) -> dict[str, Exception]:
    """Move each function back if this release has moved it; give those that could not be.

    It asks anew where each is: a call that failed may have been carried out. It goes through all of
    them before anything is said, for nobody may be listening any more.
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
