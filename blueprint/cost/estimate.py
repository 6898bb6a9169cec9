"""Estimates what a stack costs in a month, at given traffic.

The estimate follows from the stack's own configuration, the price list ``prices.toml``, and the
assumptions in ``stack_usage.py`` and ``triggers.py``. Use it to compare stacks; it is no bill.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from blueprint import recorder
from blueprint.cost.stack_usage import usage
from blueprint.cost.traffic import Traffic
from blueprint.cost.usage import UNITS, Usage

PRICES = Path(__file__).with_name("prices.toml")
LEFT_OUT = (
    "free tiers, taxes and discounts; data transfer out of AWS, between zones and "
    "through endpoints; Cognito's users "
    "and tokens; e-mail providers other than SES; flow logs and the firewall's log; custom metrics "
    "($0.30 each) and what API Gateway, SES and S3 charge for rarer operations; the time of cold "
    "starts; retries"
)


@dataclass(frozen=True)
class Charge:
    """One charge: a number of units, at a price for each."""

    service: str
    what: str
    units: float
    unit: str
    price: float

    @property
    def cost(self) -> float:
        """US dollars."""
        return self.units * self.price


def read_prices(path: Path = PRICES) -> dict[str, Any]:
    """Read the price list."""
    return tomllib.loads(path.read_text("utf-8"))


def charges_for(used: Iterable[Usage], prices: Mapping[str, Any]) -> list[Charge]:
    """Return the charges for what is used.

    Raises:
        KeyError: the price list lacks a price.
    """
    return [
        Charge(u.service, u.what, u.units, UNITS[u.price], prices[u.service][u.price])
        for u in used
        if u.units
    ]


def estimate(stack: str, traffic: Traffic) -> list[Charge]:
    """Run the program for a stack, and return what it costs in a month.

    Raises:
        ProjectError: there is no such stack, or a file of the project cannot be read.
        pulumi.RunError: the program refused its configuration.
        ProgramFailed: the program raised any other error.
    """
    return charges_for(usage(recorder.run(stack).recorder, traffic), read_prices())


def table(charges: Sequence[Charge]) -> str:
    """Return the charges by service, and their sum, as a table."""
    rows = [("service, and for what", "units", "", "$ a month")]
    for service in dict.fromkeys(charge.service for charge in charges):
        of_service = _by_function([charge for charge in charges if charge.service == service])
        rows.append((service, "", "", _dollars(of_service)))
        rows += [(f"  {c.what}", _number(c.units), _unit(c), _dollars([c])) for c in of_service]
    rows.append(("total", "", "", _dollars(charges)))
    what, units, unit, cost = (max(map(len, column)) for column in zip(*rows, strict=True))
    return "\n".join(f"{a:<{what}}  {b:>{units}} {c:<{unit}}  {d:>{cost}}" for a, b, c, d in rows)


def _by_function(charges: Sequence[Charge]) -> list[Charge]:
    """Return a service's charges ordered by the cost of each function, to the cent, and its name.

    Others stay in their order.
    """
    costs: dict[str, float] = defaultdict(float)
    for charge in charges:
        costs[_function(charge)] += charge.cost

    def order(charge: Charge) -> tuple[float, str]:
        name = _function(charge)
        return (-round(costs[name], 2) if name else 0, name)

    return sorted(charges, key=order)


def _function(charge: Charge) -> str:
    """Return the name before what a function is charged for; empty if there is none."""
    return charge.what.partition(": ")[0] if ": " in charge.what else ""


def _dollars(charges: Iterable[Charge]) -> str:
    return f"{sum(charge.cost for charge in charges):,.2f}"


def _unit(charge: Charge) -> str:
    return charge.unit.removesuffix("s") if charge.units == 1 else charge.unit


def _number(units: float) -> str:
    """Return a number of units; one of less than a hundred is not rounded to whole ones."""
    return f"{units:,.0f}" if units >= 100 or units == int(units) else f"{units:,.2f}"


def report(stack: str, charges: Sequence[Charge], prices: Mapping[str, Any]) -> str:
    """Return the table, and what it is based on."""
    return (
        f"{table(charges)}\n\n"
        f"Stack {stack}, at list prices of {prices['region']} of {prices['date']} "
        "(blueprint/cost/prices.toml); assumptions: blueprint/cost/stack_usage.py, triggers.py.\n"
        f"Left out: {LEFT_OUT}.\n"
    )


def as_json(charges: Sequence[Charge]) -> str:
    """Return the charges and their sum, in US dollars, as JSON."""
    listed = [{**asdict(charge), "cost": charge.cost} for charge in charges]
    total = sum(charge.cost for charge in charges)
    return json.dumps({"charges": listed, "total": total}, indent=2) + "\n"
