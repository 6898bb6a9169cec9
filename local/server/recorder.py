"""Records in the emulator's process what happens there: see ``local/history``.

Requests and hooks put facts into a queue, which takes a microsecond. One thread turns the facts
into causes, and writes them. An error of the recorder is logged in the emulator's log, and affects
nothing else.
"""

import logging
import queue
import threading
import time
from pathlib import Path

from local.history import program
from local.history.chains import Chains
from local.history.facts import Fact
from local.history.store import History
from local.server import invocations, stores
from local.server.harmless import harmless
from local.server.tap import App, Receive, Scope, Send, Tap

_SETTINGS = Path(program.FILE).absolute()
_PAUSE_SECONDS = 0.1
"""The longest time from a fact to the file. Facts within this time are written together."""

_MOST_WAITING = 20_000
_logger = logging.getLogger("recorder")
_facts: queue.Queue[Fact] = queue.Queue(_MOST_WAITING)
_recording = threading.Event()


def _report(fact: Fact) -> None:
    if _recording.is_set():
        try:
            _facts.put_nowait(fact)
        except queue.Full:
            _logger.exception("The recorder is too slow: something is missing in the history.")


_tap = Tap(_report)


def install() -> None:
    """Wrap the emulator's functions, and wait for the stack to be up: then record."""
    invocations.follow(_report, _tap)
    stores.follow(_report)
    threading.Thread(target=_run, daemon=True, name="recorder").start()


async def forward(app: App, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request by the emulator, and record it if it matters (ASGI)."""
    if _recording.is_set() or _stack_is_up():
        await _tap.forward(app, scope, receive, send)
    else:
        await app(scope, receive, send)


def _stack_is_up() -> bool:
    """Begin to record once the stack is up: its deployment is no part of the history."""
    if _SETTINGS.exists():
        _recording.set()
    return _recording.is_set()


def _run() -> None:
    _recording.wait()
    stamp = _stamp()
    chains = Chains(program.read(_SETTINGS))
    history = History(Path(chains.program.history))
    history.end_unfinished()
    while True:
        time.sleep(_PAUSE_SECONDS)
        with harmless():
            if stamp != _stamp():  # the program was applied again
                stamp, chains.program = _stamp(), program.read(_SETTINGS)
            _work(chains, history)


def _stamp() -> int:
    return _SETTINGS.stat().st_mtime_ns


def _work(chains: Chains, history: History) -> None:
    """Take what was reported, and write what changed."""
    for _ in range(_facts.qsize()):
        fact = _facts.get_nowait()
        with harmless():  # one odd fact must not hide the others
            chains.take(fact)
    chains.settle(time.time())
    new, changed = chains.changed()
    if new or changed:
        history.write(new, changed)
