"""``python -m blueprint.cost.estimate STACK``: what a stack costs in a month, at given traffic.

From the stack's own configuration, the price list ``prices.toml``, and the assumptions in
``traffic.py`` and ``invocations.py``. An estimate to compare by, not a bill.
"""

import argparse
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from blueprint import recorder
from blueprint.cost.traffic import Traffic, usage
from blueprint.cost.usage import Usage

PRICES = Path(__file__).with_name("prices.toml")
LEFT_OUT = (
    "free tiers, taxes and discounts; data transfer out of AWS, between zones and "
    "through endpoints; Cognito's users "
    "and tokens; flow logs and the firewall's log; custom metrics ($0.30 each) and what API "
    "Gateway, SES and S3 charge for rarer operations; the time of cold starts; retries"
)


@dataclass(frozen=True)
class Line:
    """One charge: so many units at so much."""

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


def lines(used: Iterable[Usage], prices: Mapping[str, Any]) -> list[Line]:
    """Put prices to what is used.

    Raises:
        KeyError: the list lacks a price.
    """
    return [Line(u.service, u.what, u.units, prices[u.service][u.price]) for u in used if u.units]


def estimate(stack: str, traffic: Traffic) -> list[Line]:
    """Run the program for a stack, and give what it costs in a month."""
    return lines(usage(recorder.run(stack).recorder, traffic), read_prices())


def table(charges: Sequence[Line]) -> str:
    """Lay out the charges by service, and their sum."""
    rows = []
    for service in dict.fromkeys(charge.service for charge in charges):
        own = [charge for charge in charges if charge.service == service]
        rows.append(f"{service:<12} {'':36} {'':>16} {sum(c.cost for c in own):>12,.2f}")
        rows += [f"{'':12} {c.what:<36} {c.units:>16,.0f} {c.cost:>12,.2f}" for c in own]
    rows.append(f"{'total':<12} {'':36} {'':>16} {sum(c.cost for c in charges):>12,.2f}")
    return "\n".join([f"{'service':<12} {'for':<36} {'units':>16} {'$ a month':>12}", *rows])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, and what it rests on."""
    options = vars(_parser().parse_args(arguments))
    stack = options.pop("stack")
    stacks = sorted(path.name.split(".")[1] for path in recorder.ROOT.glob("Pulumi.*.yaml"))
    if stack not in stacks:
        sys.stderr.write(f"error: there is no stack {stack!r}; there are: {', '.join(stacks)}\n")
        return 2
    prices = read_prices()
    charges = estimate(stack, Traffic(**options))
    sys.stdout.write(
        f"{table(charges)}\n\n"
        f"Stack {stack}, at list prices of {prices['region']} of {prices['date']} "
        "(blueprint/cost/prices.toml); assumptions: blueprint/cost/traffic.py, invocations.py.\n"
        f"Left out: {LEFT_OUT}.\n"
    )
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
