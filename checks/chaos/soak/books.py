"""What was sent: a ledger for each kind of input, and the little else that must be remembered."""

import threading

from checks.chaos.reconciliation import Ledger
from checks.chaos.soak.inputs import Input, kinds


class Books:
    """Note every input by its number before it is sent; threads may share them.

    Contents are not kept: ``Inputs`` makes them again.

    Attributes:
        ledgers: by kind of input.
        numbers: of all inputs that were sent.
        unanswered: inputs whose sender never learned whether they were accepted.
        details: by number of an accepted input: the id of its user or version, or the detail of a
            schedule.
        repeated: further deliveries of what had been sent before.
    """

    def __init__(self) -> None:
        self.ledgers = {kind: Ledger() for kind in kinds()}
        self.numbers: list[int] = []
        self.unanswered: set[int] = set()
        self.details: dict[int, str] = {}
        self.repeated = 0
        self._lock = threading.Lock()

    def send(self, item: Input, payload: object = None) -> None:
        """Note an input, with what must be found of it if it is kept as failed."""
        self.ledgers[item.kind].send(str(item.number), payload)
        with self._lock:
            self.numbers.append(item.number)

    def accept(self, item: Input, detail: str) -> None:
        """Note that an input was accepted, and what its sender was answered."""
        with self._lock:
            self.details[item.number] = detail

    def refuse(self, item: Input) -> None:
        """Note that the sender was told that an input is not served."""
        self.ledgers[item.kind].refuse(str(item.number))

    def leave(self, item: Input) -> None:
        """Note that the sender gave up without an answer."""
        with self._lock:
            self.unanswered.add(item.number)

    def repeat(self) -> None:
        """Count a delivery of what had been sent before."""
        with self._lock:
            self.repeated += 1
