"""An HTTP proxy in front of the emulator that makes calls fail by a plan."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from checks.chaos.calls import Call
from checks.chaos.fault_plan import Fault, Kind, Plan
from checks.chaos.forwarding import LOOPBACK, Server


@dataclass(frozen=True)
class Tally:
    """The calls that passed, and the faults that were injected, under one plan.

    Attributes:
        calls: how often each operation was called.
        injected: how many faults of each kind took effect.
        broken: calls that failed without a plan, for the server did not answer.
    """

    calls: Counter[Call] = field(default_factory=Counter)
    injected: Counter[Kind] = field(default_factory=Counter)
    broken: Counter[Call] = field(default_factory=Counter)


class Proxy:
    """Listens on a free port and passes requests on to one server: a context manager.

    One stands between functions and emulator (``cloud.start(functions_port=proxy.port)``), another
    one may stand between callers and API.

    Args:
        upstream: the port of the server, which need not listen yet.
        host: where it listens, and where the server does: loopback, or, for functions in
            containers, this machine's address for them.
        plan: what fails while no other plan is injected.
        watch: is called, by many threads, with every call that is passed on, and its body.
    """

    def __init__(
        self,
        upstream: int,
        *,
        host: str = LOOPBACK,
        plan: Plan | None = None,
        watch: Callable[[Call, bytes], None] = lambda _call, _body: None,
    ) -> None:
        self._lock = threading.Lock()
        self._plan = plan or Plan(seed=0)
        self.tally = Tally()
        self._server = Server(
            host,
            upstream,
            meet=self._meet,
            note=self._note,
            broken=self._broken,
            watch=watch,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="proxy")

    @property
    def port(self) -> int:
        """The port or URL it listens on."""
        return int(self._server.server_address[1])

    @contextlib.contextmanager
    def inject(self, plan: Plan) -> Iterator[Tally]:
        """Inject the faults of a plan until the block ends; yield the counts."""
        with self._lock:
            before = self._plan, self.tally
            self._plan, self.tally = plan, Tally()
            tally = self.tally
        try:
            yield tally
        finally:
            with self._lock:
                self._plan, self.tally = before

    def _meet(self, call: Call) -> Fault | None:
        with self._lock:
            self.tally.calls[call] += 1
            return self._plan.fault(call, self.tally.calls[call])

    def _note(self, fault: Fault) -> None:
        with self._lock:
            self.tally.injected[fault.kind] += 1

    def _broken(self, call: Call) -> None:
        with self._lock:
            self.tally.broken[call] += 1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.end()
        self._thread.join()


def host_of_functions(*, docker: bool) -> str:
    """Return this machine's address as functions see it; a proxy for their calls listens there."""
    if not docker:
        return LOOPBACK
    # These load the docker package, which workers do without.
    from local.containers import find_gateway
    from local.engine import Engine

    engine = Engine.connect()
    try:
        return find_gateway(engine) or LOOPBACK
    finally:
        engine.client.close()
