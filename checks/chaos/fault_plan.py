"""Decides which AWS calls fail, and how, from a seed and the number of the call.

delay        passed on after some seconds
drop         the connection is closed, and the call never arrives
throttle     refused with the service's own throttling error; it never arrives
fail         refused with the service's own server error; it never arrives
delay_reply  carried out, and its reply delayed by some seconds
lose_reply   carried out, and its reply never arrives
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from checks.chaos.calls import Call

Kind = Literal["delay", "drop", "throttle", "fail", "refuse", "delay_reply", "lose_reply"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: see the module's docstring.
        service: whose calls; all services' where None.
        operation: which of them; all where None.
        probability: of each such call, 0 to 1.
        calls: numbers of calls that always meet it; the first call of an operation is 1.
        seconds: how long a delay is.
    """

    kind: Kind
    service: str | None = None
    operation: str | None = None
    probability: float = 0.0
    calls: Collection[int] = ()
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}; allowed are {', '.join(KINDS)}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability is {self.probability}; allowed is 0 to 1")
        if not self.probability and not self.calls:
            raise ValueError(f"{self.kind} never happens: give a probability, or calls")
        if self.kind.startswith("delay") != (self.seconds > 0):
            raise ValueError(
                f"{self.kind} with {self.seconds} seconds; delays have some, no others"
            )

    @property
    def on_reply(self) -> bool:
        """True if the call is still carried out."""
        return self.kind in ("delay_reply", "lose_reply")

    def concerns(self, call: Call) -> bool:
        """Return True if this fault can apply to a call."""
        return self.service in (None, call.service) and self.operation in (None, call.operation)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Faults of one run; of several that a call could meet, it meets the first.

    The same seed gives the same faults to the same n-th call of an operation, however the calls
    of several operations interleave.
    """

    seed: int
    faults: Sequence[Fault] = ()

    def fault(self, call: Call, number: int) -> Fault | None:
        """Return what the ``number``-th call of an operation meets, if anything."""
        for position, fault in enumerate(self.faults):
            if not fault.concerns(call):
                continue
            chance = random.Random(f"{self.seed} {position} {call} {number}").random()  # noqa: S311
            if number in fault.calls or chance < fault.probability:
                return fault
        return None
