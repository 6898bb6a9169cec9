"""A plan of faults whose delays a test can end."""

from dataclasses import dataclass
from threading import Event

from checks.chaos.calls import Call
from checks.chaos.fault_plan import Fault, Plan


@dataclass(frozen=True, kw_only=True)
class EndableDelays(Plan):
    """Faults of which only those that delay nothing go on once ``over`` is set."""

    over: Event

    def fault(self, call: Call, number: int) -> Fault | None:
        if not self.over.is_set():
            return super().fault(call, number)
        lasting = tuple(fault for fault in self.faults if not fault.seconds)
        return Plan(seed=self.seed, faults=lasting).fault(call, number)
