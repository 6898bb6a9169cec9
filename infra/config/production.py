"""What a production stack must have switched on, and may not be without."""

from collections.abc import Callable
from typing import NamedTuple

from infra.config.stack import StackConfig
from infra.config.values import function_names

_YEAR = 365


class Demand(NamedTuple):
    """One thing that production needs.

    Attributes:
        path: the key that decides it, below the project's namespace.
        met: whether a configuration has it.
        must: what the key must be, and why; follows "must be".
    """

    path: str
    met: Callable[[StackConfig], bool]
    must: str


DEMANDS = (
    Demand("removalPolicy", lambda c: c.retain, "retain: data outlives the stack"),
    Demand(
        "logs.retentionDays",
        lambda c: c.logs.retention_days >= _YEAR,
        f"at least {_YEAR}: what happened must be found out later, too",
    ),
    Demand(
        "logs.bucketAccess",
        lambda c: c.logs.bucket_access,
        "true: who read or wrote an object must be found out later, too",
    ),
    Demand(
        "functions",
        lambda c: all(c.function(n).reserved_concurrency is not None for n in function_names()),
        f"given a reservedConcurrency for each of {', '.join(function_names())}: none takes what "
        "another one needs",
    ),
    Demand(
        "encryption.customerKey",
        lambda c: c.encryption.customer_key,
        "true: who may read the data is then this account's to say, and to see",
    ),
    Demand(
        "api.authorization",
        lambda c: c.api.authorization != "none",
        "cognito, or at least api_key: nobody calls without being known",
    ),
    Demand(
        "api.firewall",
        lambda c: c.api.firewall is not None,
        "set, with a rateLimit: what is known to be hostile never reaches the functions",
    ),
    Demand(
        "network",
        lambda c: c.network is not None,
        "set, with a cidr: functions reach what they need, and not the internet",
    ),
    Demand(
        "alarms.email",
        lambda c: c.alarms.email is not None,
        "an address: somebody must hear the alarms",
    ),
)


def unmet(config: StackConfig) -> list[str]:
    """Name each key by which a production stack lacks something; nothing for other stacks."""
    if config.environment != "production":
        return []
    return [
        f"{demand.path}: must be {demand.must} (environment is production)"
        for demand in DEMANDS
        if not demand.met(config)
    ]
