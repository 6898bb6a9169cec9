"""Decides what fails during a soak: calls by a seeded plan, and functions that are killed."""

from dataclasses import dataclass

from checks.chaos.fault_plan import Fault, Kind, Plan
from checks.chaos.soak.inputs import Inputs
from checks.chaos.soak.schedules import killable

CALLS_PER_INPUT = 3.5
"""About as many calls of the API and of AWS are made for each input."""

# Faults, with the seconds of delays. The longer delay exceeds what the API's functions wait.
_FAULTS: dict[Kind, float] = {
    "delay": 0.5,
    "drop": 0,
    "throttle": 0,
    "fail": 0,
    "delay_reply": 3,
    "lose_reply": 0,
}


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How many faults and kills there are for 100 inputs."""

    faults: float = 1.0
    kills: float = 0.2

    def plan(self, seed: int) -> Plan:
        """Return a plan with faults of all kinds for the calls of all services."""
        probability = self.faults / 100 / CALLS_PER_INPUT / len(_FAULTS)
        if not probability:
            return Plan(seed=seed)
        return Plan(
            seed=seed,
            faults=[
                Fault(kind=kind, probability=probability, seconds=seconds)
                for kind, seconds in _FAULTS.items()
            ],
        )

    def victim(self, inputs: Inputs, number: int) -> str | None:
        """Return the function that is killed as an input is sent, or None."""
        dice = inputs.random(number, "kill")
        return dice.choice(killable()) if dice.random() < self.kills / 100 else None
