"""Notices Ctrl-C, SIGTERM and SIGHUP between calls, so that no call to AWS is cut off."""

import signal
import time
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_CHECK_SECONDS = 0.2


class Interrupted(Exception):
    """A signal asked the command to end."""


class Interruptible:
    """Notes signals while it is entered, instead of ending the process."""

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._ask) for number in _SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def check(self) -> None:
        """Raise ``Interrupted`` if a signal has come."""
        if self._asked:
            raise Interrupted

    def sleep(self, seconds: float) -> None:
        """Wait; raise ``Interrupted`` soon after a signal has come."""
        until = time.monotonic() + seconds
        self.check()
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, _CHECK_SECONDS))
            self.check()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
