"""Starts and ends the emulator's process group, whatever signals arrive in between."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

STOP_SECONDS = 3
SAVE_SECONDS = 60
"""How long an emulator may take to save what it holds."""


def stop_group(pid: int, *, ended: Callable[[], bool], seconds: float = STOP_SECONDS) -> None:
    """End a process group that this package started; after some seconds, by force.

    Args:
        pid: its leader, which must still be the emulator.
        ended: whether the leader has ended. The rest of the group is then killed.
        seconds: how long the leader may take.
    """
    deadline = time.monotonic() + seconds
    # EPERM: on macOS, only zombies are left of the group.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGTERM if seconds else signal.SIGKILL)
        while not ended() and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(pid, signal.SIGKILL)


@contextlib.contextmanager
def deferred_interrupts() -> Iterator[None]:
    """Delay Ctrl-C and SIGTERM until the new process is known, so that it is always ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        received.append(number)

    previous = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
        for caught in received:
            signal.raise_signal(caught)


def catch_signals() -> None:
    """Turn the first Ctrl-C, SIGTERM or closed terminal into an interrupt, and ignore later ones.

    A second Ctrl-C must not keep the emulator from being stopped.
    """
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup sets it
        signals.append(signal.SIGHUP)

    interrupted = False

    # Not SIG_IGN: Python prints an error for a signal that came just before it was ignored.
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            raise KeyboardInterrupt

    for number in signals:
        signal.signal(number, interrupt)
