"""Estimates what a stack costs in a month, at given traffic.

The estimate follows from the stack's own configuration, the price list ``prices.toml``, and the
assumptions in ``stack_usage.py`` and ``triggers.py``. Compare by it; it is not a bill.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pulumi

from blueprint import recorder
from blueprint.cost.stack_usage import usage
from blueprint.cost.traffic import Traffic
from blueprint.cost.usage import Usage
from blueprint.project import ProjectError
from blueprint.runner import ProgramFailed

PRICES = Path(__file__).with_name("prices.toml")
LEFT_OUT = (
    "free tiers, taxes and discounts; data transfer out of AWS, between zones and "
    "through endpoints; Cognito's users "
    "and tokens; flow logs and the firewall's log; custom metrics ($0.30 each) and what API "
    "Gateway, SES and S3 charge for rarer operations; the time of cold starts; retries"
)


@dataclass(frozen=True)
class Charge:
    """One charge: a number of units, at a price for each."""

    service: str
    what: str
    units: float
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
    return [Charge(u.service, u.what, u.units, prices[u.service][u.price]) for u in used if u.units]


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
    rows = []
    for service in dict.fromkeys(charge.service for charge in charges):
        of_service = [charge for charge in charges if charge.service == service]
        rows.append(f"{service:<12} {'':36} {'':>16} {sum(c.cost for c in of_service):>12,.2f}")
        rows += [f"{'':12} {c.what:<36} {c.units:>16,.0f} {c.cost:>12,.2f}" for c in of_service]
    rows.append(f"{'total':<12} {'':36} {'':>16} {sum(c.cost for c in charges):>12,.2f}")
    return "\n".join([f"{'service':<12} {'for':<36} {'units':>16} {'$ a month':>12}", *rows])


def report(stack: str, charges: Sequence[Charge], prices: Mapping[str, Any]) -> str:
    """Return the table, and what it is based on."""
    return (
        f"{table(charges)}\n\n"
        f"Stack {stack}, at list prices of {prices['region']} of {prices['date']} "
        "(blueprint/cost/prices.toml); assumptions: blueprint/cost/stack_usage.py, triggers.py.\n"
        f"Left out: {LEFT_OUT}.\n"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and what it is based on."""
    options = vars(_parser().parse_args(arguments))
    stack = options.pop("stack")
    try:
        charges = estimate(stack, Traffic(**options))
    except (ProjectError, ProgramFailed, pulumi.RunError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    sys.stdout.write(report(stack, charges, read_prices()))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m blueprint.cost.estimate",
        description="What a stack costs in a month, at given traffic.",
        epilog="example: python -m blueprint.cost.estimate prod --requests 1e7 --uploads 1e5",
    )
    parser.add_argument("stack", metavar="STACK", help="whose Pulumi.STACK.yaml configures it")
    helps = {
        "requests": "requests to the API (default: %(default)g)",
        "writes": "share of them that creates a user (default: %(default)g)",
        "emails": "notifications, beside one welcome for each user (default: %(default)g)",
        "uploads": "files uploaded (default: %(default)g)",
        "upload_mb": "size of one file, in MB (default: %(default)g)",
        "stored_gb": "what the bucket holds (default: %(default)g)",
        "table_gb": "what the tables hold (default: %(default)g)",
    }
    for field in fields(Traffic):
        default = 1e6 if field.name == "requests" else field.default
        flag = f"--{field.name.replace('_', '-')}"
        kind = _share if field.name == "writes" else _amount
        parser.add_argument(flag, type=kind, default=default, metavar="N", help=helps[field.name])
    return parser


def _amount(text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = -1
    if not 0 <= amount < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no amount; give a number from 0, as 1e6")
    return amount


def _share(text: str) -> float:
    share = _amount(text)
    if share > 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share; give a number from 0 to 1")
    return share


if __name__ == "__main__":
    sys.exit(main())
