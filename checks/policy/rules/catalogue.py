"""All rules, in the order of the table's rows."""

from . import (
    api,
    buckets,
    firewall,
    functions,
    images,
    invocations,
    keys,
    logs,
    loops,
    network,
    permissions,
    queues,
    schedules,
    tables,
)
from .rule import Rule

_AREAS = (
    images,
    functions,
    invocations,
    loops,
    permissions,
    api,
    firewall,
    tables,
    buckets,
    queues,
    schedules,
    logs,
    keys,
    network,
)

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (value for area in _AREAS for value in vars(area).values() if isinstance(value, Rule)),
        key=lambda rule: (rule.row, rule.part),
    )
)
