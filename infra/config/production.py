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
    """

    path: str
    met: Callable[[Any], bool]
    must: str


DEMANDS = (
    Demand("removalPolicy", lambda policy: policy == "retain", "retain: data outlives the stack"),
    Demand(
        "logs.retentionDays",
        lambda logs: logs.retention_days >= _YEAR,
        f"at least {_YEAR}: what happened must be found out later, too",
    ),
    Demand(
        "logs.bucketAccess",
        lambda logs: logs.bucket_access,
        "true: who read or wrote an object must be found out later, too",
    ),
    Demand(
        "functions",
        lambda functions: all(
            name in functions and functions[name].reserved_concurrency is not None
            for name in function_names()
        ),
        f"given a reservedConcurrency for each of {', '.join(function_names())}: none takes what "
        "another one needs",
    ),
    Demand(
        "encryption.customerKey",
        lambda encryption: encryption.customer_key,
        "true: who may read the data is then this account's to say, and to see",
    ),
    Demand(
        "api.authorization",
        lambda api: api.authorization != "none",
        "cognito, or at least api_key: nobody calls without being known",
    ),
    Demand(
        "api.firewall",
        lambda api: api.firewall is not None,
        "set, with a rateLimit: what is known to be hostile never reaches the functions",
    ),
    Demand(
        "network",
        lambda network: network is not None,
        "set, with a cidr: functions reach what they need, and not the internet",
    ),
    Demand(
        "alarms.email",
        lambda alarms: alarms.email is not None,
        "an address: somebody must hear the alarms",
    ),
    Demand(
        "emulator",
        lambda emulator: emulator is None or emulator.in_production,
        "left out, or have inProduction: true for a test: production is in AWS, and lets nobody in "
        "without TLS",
    ),
)


def check(key: str, value: Any) -> None:
    """Check one top-level key of a production stack.

    Raises:
        PydanticCustomError: of type ``UNMET``; its context lists each unmet demand.
    """
    problems = [
        f"{demand.path}: must be {demand.must} (environment is production)"
        for demand in DEMANDS
        if demand.path.partition(".")[0] == key and not demand.met(value)
    ]
    if problems:
        raise PydanticCustomError(UNMET, "is not fit for production", {"problems": problems})
