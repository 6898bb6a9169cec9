"""Ctrl-C and its kin, noticed between calls: none of AWS's is cut in half."""

import signal
import time
from types import FrameType, TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_BLINK = 0.2  # seconds


class Interrupted(Exception):
    """Somebody wants the command to end."""


class Interruptible:
    """Keeps signals from ending the process while it is entered; further ones change nothing."""

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
            time.sleep(min(left, _BLINK))
            self.check()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
