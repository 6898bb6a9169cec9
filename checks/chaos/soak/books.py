"""Records what was sent: a ledger for each kind of input, and details of responses."""

import threading

from checks.chaos.reconciliation import Ledger
from checks.chaos.soak.inputs import Input, kinds


class Books:
    """Records every input by its number before it is sent; threads may share it.

    It does not keep contents, because ``Inputs`` can make them again.

    Attributes:
        ledgers: by kind of input.
        numbers: of all inputs that were sent.
        unanswered: inputs whose sender never learned whether they were accepted.
        details: by number of an accepted input: the id of its user or version, or the detail of a
            schedule.
        repeated: further deliveries of inputs that had been sent before.
    """

    def __init__(self) -> None:
        self.ledgers = {kind: Ledger() for kind in kinds()}
        self.numbers: list[int] = []
        self.unanswered: set[int] = set()
        self.details: dict[int, str] = {}
        self.repeated = 0
        self._lock = threading.Lock()

    def send(self, item: Input, payload: object = None) -> None:
        """Record an input, with the payload that its dead letter must hold."""
        self.ledgers[item.kind].send(str(item.number), payload)
        with self._lock:
            self.numbers.append(item.number)

    def accept(self, item: Input, detail: str) -> None:
        """Record that an input was accepted, with the detail of the response."""
        with self._lock:
            self.details[item.number] = detail

    def refuse(self, item: Input) -> None:
        """Record that the sender received a refusal for an input."""
        self.ledgers[item.kind].refuse(str(item.number))

    def leave(self, item: Input) -> None:
        """Record that the sender gave up without a response."""
        with self._lock:
            self.unanswered.add(item.number)

    def repeat(self) -> None:
        """Count a delivery of what had been sent before."""
        with self._lock:
            self.repeated += 1
