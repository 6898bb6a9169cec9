"""All types that the program makes, and what whoever deploys them must be allowed.

For each type: the actions by which the AWS provider makes, reads, changes, tags and deletes it.
What identifies the program's resources is their name, which begins with the project's and the
stack's (Pulumi.yaml), or, where ARNs hold ids only, their tags.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator, Mapping

from bootstrap.permissions import api, callers, data, functions, network, traffic, watching
from bootstrap.permissions.model import Permission

AREAS: dict[str, Mapping[str, tuple[Permission, ...]]] = {
    "api": api.TYPES,
    "callers": callers.TYPES,
    "data": data.TYPES,
    "functions": functions.TYPES,
    "network": network.TYPES,
    "traffic": traffic.TYPES,
    "watching": watching.TYPES,
}
"""The types by area: each area is a policy of its own, for a policy's size has a limit."""

# What is asked of an account that whoever is known to it may ask.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
FREE = frozenset(
    {
        "aws:index/getCallerIdentity:getCallerIdentity",
        "aws:index/getPartition:getPartition",
        "aws:index/getRegion:getRegion",
    }
)


def of(area: str, *, destroy: bool) -> Iterator[Permission]:
    """Yield an area's permissions, with those that take data away or without."""
    for permissions in AREAS[area].values():
        yield from (p for p in permissions if destroy or not p.destroys)


def reading(area: str) -> Iterator[Permission]:
    """Yield what of an area's permissions changes nothing."""
    for permission in of(area, destroy=False):
        seen = tuple(action for action in permission.actions if _reads(action))
        if seen:
            yield Permission(actions=seen, resources=permission.resources, when=permission.when)


def _reads(action: str) -> bool:
    name = action.partition(":")[2]
    return name == "GET" or name.startswith(("Describe", "Get", "List"))
