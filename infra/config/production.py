"""The rules for a production stack."""

from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from infra.config.function_names import function_names

UNMET = "unmet_in_production"
_YEAR = 365


class Demand(NamedTuple):
    """A rule for production.

    Attributes:
        path: the key that the rule is about, without the project's namespace.
        met: whether the value of the path's first part, such as ``logs``, follows the rule.
        must: what the key must be, and why; follows "must be" in an error.
        lacks: what a value lacks, where `must` leaves that open.
    """

    path: str
    met: Callable[[Any], bool]
    must: str
    lacks: Callable[[Any], str] = lambda _: ""


def _without_reservation(functions: Any) -> list[str]:
    return [
        name
        for name in function_names()
        if name not in functions or functions[name].reserved_concurrency is None
    ]


DEMANDS = (
    Demand(
        "removalPolicy",
        lambda policy: policy == "retain",
        "retain, so that data outlives the stack",
    ),
    Demand(
        "logs.retentionDays",
        lambda logs: logs.retention_days >= _YEAR,
        f"at least {_YEAR}, so that you can find out later what happened",
    ),
    Demand(
        "logs.bucketAccess",
        lambda logs: logs.bucket_access,
        "true, so that you can find out later who read or wrote an object",
    ),
    Demand(
        "functions",
        lambda functions: not _without_reservation(functions),
        "given a reservedConcurrency for each function, so that none uses up what another one "
        "needs",
        lambda functions: f"; missing for {', '.join(_without_reservation(functions))}",
    ),
    Demand(
        "encryption.customerKey",
        lambda encryption: encryption.customer_key,
        "true, so that this account decides who may read the data, and sees who does",
    ),
    Demand(
        "api.authorization",
        lambda api: api.authorization != "none",
        "cognito, or at least api_key, so that every caller is known",
    ),
    Demand(
        "api.firewall",
        lambda api: api.firewall is not None,
        "set, with a rateLimit, so that requests known to be hostile never reach the functions",
    ),
    Demand(
        "network",
        lambda network: network is not None,
        "set, with a cidr, so that functions reach what they need and not the internet",
    ),
    Demand(
        "alarms.email",
        lambda alarms: alarms.email is not None,
        "an address, so that somebody is notified of alarms",
    ),
    Demand(
        "emulator",
        lambda emulator: emulator is None or emulator.in_production,
        "left out, or have inProduction: true for a test, because production runs in AWS and "
        "refuses calls without TLS",
    ),
)


def check(key: str, value: Any) -> None:
    """Check one top-level key of a production stack.

    Raises:
        PydanticCustomError: of type ``UNMET``; its context lists each unmet demand.
    """
    problems = [
        f"{demand.path}: must be {demand.must} (environment is production){demand.lacks(value)}"
        for demand in DEMANDS
        if demand.path.partition(".")[0] == key and not demand.met(value)
    ]
    if problems:
        raise PydanticCustomError(UNMET, "is not fit for production", {"problems": problems})
