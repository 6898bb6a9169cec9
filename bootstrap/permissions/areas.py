"""All resource types of the program, and the permissions to deploy them.

Each type has the actions with which the AWS provider makes, reads, changes, tags and deletes it.
The program's resources are identified by their names, which begin with those of project and stack
(Pulumi.yaml), or by their tags if ARNs contain only ids.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterable, Iterator, Mapping

from bootstrap.permissions import (
    api,
    callers,
    data,
    functions,
    internet,
    network,
    traffic,
    watching,
)
from bootstrap.permissions.model import Permission

AREAS: dict[str, Mapping[str, tuple[Permission, ...]]] = {
    "api": api.TYPES,
    "callers": callers.TYPES,
    "data": data.TYPES,
    "functions": functions.TYPES,
    "internet": internet.TYPES,
    "network": network.TYPES,
    "traffic": traffic.TYPES,
    "watching": watching.TYPES,
}
"""The types by area: each area has a policy, because a policy's size is limited."""

# Calls that require no permission.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
FREE = frozenset(
    {
        "aws:index/getCallerIdentity:getCallerIdentity",
        "aws:index/getPartition:getPartition",
        "aws:index/getRegion:getRegion",
    }
)


def of(area: str, *, destroy: bool) -> Iterator[Permission]:
    """Yield an area's permissions; those that delete data only with ``destroy``."""
    for permissions in AREAS[area].values():
        yield from (p for p in permissions if destroy or not p.destroys)


def reading(area: str) -> Iterator[Permission]:
    """Yield an area's permissions that change nothing."""
    for permission in of(area, destroy=False):
        seen = tuple(action for action in permission.actions if _reads(action))
        if seen:
            yield Permission(actions=seen, resources=permission.resources, when=permission.when)


def sharing(
    by_area: Mapping[str, Iterable[Permission]],
    *,
    state: Iterable[Permission] = (),
    smoke: Iterable[Permission] = (),
) -> dict[str, list[Permission]]:
    """Return the permissions by policy: those of each area, and with two of them what is small.

    IAM attaches ten managed policies to a role at most, and some are left for a team's own.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    policies = {area: list(permissions) for area, permissions in by_area.items()}
    policies["traffic"] += state
    policies["callers"] += smoke
    return policies


def _reads(action: str) -> bool:
    name = action.partition(":")[2]
    return name == "GET" or name.startswith(("Describe", "Get", "List"))
