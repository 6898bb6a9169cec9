"""Moves calls to new versions step by step, while it watches the alarms."""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ops.release import messages
from ops.release.alarms import Alarms
from ops.release.alias import Alias
from ops.release.back import finish, roll_back
from ops.release.errors import (
    DONE,
    FAILED,
    INTERRUPTED,
    ROLLED_BACK,
    AlarmFired,
    AwsError,
    ChangedMeanwhile,
    ReleaseError,
)
from ops.release.moves import Part, Plan
from ops.release.signals import Interrupted, Interruptible

POLL_SECONDS = 5
REPORT_SECONDS = 60  # between two lines that say that no alarm is firing


class Release:
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
        """Release, unless alarms are already firing; return the exit code."""
        alarms = self._alarms.read()
        firing = [alarm for alarm in alarms if alarm.firing]
        messages.deaf(alarms, self._seconds)
        messages.firing(firing)
        if dry_run:
            return DONE
        if firing and not despite_alarms:
            if self._plan.resumed:
                with self._signals:
                    return self._roll_back(ROLLED_BACK, "Rolled back: an alarm is firing.")
            raise ReleaseError(
                "Alarms are already firing, and would hide what this release does. Fix them "
                "first, or release with --despite-alarms, which does not watch these."
            )
        self._alarms = self._alarms.without(alarm.name for alarm in firing)
        wait_until_ready([(part.alias, part.target) for part in self._plan.waiting])
        with self._signals:
            return self._guarded()

    def _guarded(self) -> int:
        """Go forward; if anything fails, go back."""
        try:
            self._forward()
        except ChangedMeanwhile:
            raise  # somebody else moves the aliases now
        except AlarmFired as fired:
            return self._roll_back(ROLLED_BACK, f"Rolled back: {fired}.")
        except Interrupted:
            return self._roll_back(INTERRUPTED, "Interrupted, and rolled back.")
        except (ReleaseError, *AwsError) as error:
            print(f"error: {error}", file=sys.stderr)
            return self._roll_back(FAILED, "Rolled back: something went wrong.")
        except BaseException:  # a fault of this software: leave nothing half-way
            roll_back(self._plan)
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
            if firing := [alarm for alarm in self._alarms.read() if alarm.firing]:
                messages.firing(firing)
                raise AlarmFired(f"{', '.join(alarm.name for alarm in firing)} fired")
            if left <= 0:
                return
            if left <= reported - REPORT_SECONDS:
                reported = left
                messages.say(f"no alarm is firing; {messages.span(round(left))} left")
            self._signals.sleep(min(left, POLL_SECONDS))

    def _roll_back(self, code: int, how: str) -> int:
        return code if finish(self._plan, how) else FAILED


def wait_until_ready(versions: Sequence[tuple[Alias, str]]) -> None:
    """Wait until all versions can be called. If AWS takes snapshots, that takes minutes."""
    if versions:
        messages.say("waiting until AWS has the versions ready")
    for alias, version in versions:
        alias.wait_until_ready(version)
