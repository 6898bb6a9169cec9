"""The units that AWS charges by, and the month that they are counted in."""

from dataclasses import dataclass

DAYS = 365 / 12
HOURS = 24 * DAYS


@dataclass(frozen=True)
class Usage:
    """A number of units of one price, and what they are for."""

    service: str
    price: str
    units: float
    what: str
