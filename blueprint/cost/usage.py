"""The units that AWS charges by, and the month that they are counted in."""

from dataclasses import dataclass

DAYS = 365 / 12
HOURS = 24 * DAYS

UNITS = {
    "acl": "web ACLs",
    "address_hour": "hours",
    "alarm": "alarms",
    "backup_gb_month": "GB-months",
    "connection_minute": "minutes",
    "dashboard": "dashboards",
    "email": "emails",
    "endpoint_hour": "hours",
    "gateway_hour": "hours",
    "gb": "GB",
    "gb_month": "GB-months",
    "gb_second_arm64": "GB-seconds",
    "gb_second_x86_64": "GB-seconds",
    "get": "GET requests",
    "invocation": "invocations",
    "key": "keys",
    "log_gb": "GB",
    "log_gb_month": "GB-months",
    "message": "messages",
    "put": "PUT requests",
    "read_unit": "read request units",
    "request": "requests",
    "restored_gb": "GB",
    "rule": "rules",
    "secret": "secrets",
    "snapshot_gb_second": "GB-seconds",
    "tmp_gb_second": "GB-seconds",
    "trace": "traces",
    "transition": "transitions",
    "waited_gb_second_arm64": "GB-seconds",
    "waited_gb_second_x86_64": "GB-seconds",
    "waiting_gb_second_arm64": "GB-seconds",
    "waiting_gb_second_x86_64": "GB-seconds",
    "write_unit": "write request units",
}
"""AWS's word for what one price is for, by the price's name in ``prices.toml``."""


@dataclass(frozen=True)
class Usage:
    """A number of units of one price, and what they are for."""

    service: str
    price: str
    units: float
    what: str
