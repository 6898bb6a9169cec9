"""One event loop for all tests of a process.

`asyncio.run` looks through all tasks of the process, and recordings that tests keep hold 8,000
each. With ten of them, a call took 0.1 seconds of processor time.
"""

import asyncio
import functools
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def in_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, and return what it returns."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result()


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start a thread with a loop that runs until the process ends."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_until_complete, args=(_forever(),), daemon=True).start()
    return loop


async def _forever() -> None:
    await asyncio.Event().wait()
