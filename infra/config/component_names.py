"""Checks the names that the program gives to components, before AWS refuses a resource's name."""

import re
from dataclasses import dataclass

import pulumi

from infra.config.names import AROUND, QUEUE_NAME, ROLE_NAME


@dataclass(frozen=True)
class Kind:
    """A kind of resource whose name begins with the project's and the stack's.

    Attributes:
        what: its name in an error.
        most: how many characters AWS allows.
        pattern: of the part that the program chooses.
        allowed: the pattern in words; follows "must be" in an error.
        around: how many characters stand around the three names.
    """

    what: str
    most: int
    pattern: str
    allowed: str
    around: int = AROUND


_USUAL = ("[A-Za-z0-9_-]+", "letters, digits, '_' and '-'")
_DOTTED = ("[A-Za-z0-9_.-]+", "letters, digits, '_', '-' and '.'")
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
TABLE = Kind("table", 255, *_DOTTED)
QUEUE = Kind("queue", QUEUE_NAME, *_USUAL)
# A dot would be allowed, but no certificate of S3 fits a name with one.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET = Kind("bucket", 63, "[a-z0-9-]+", "lower-case letters, digits and '-'")
# Of those that a role may have, the ones that a schedule and a state machine may have, too.
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
ROLE = Kind("role", ROLE_NAME, *_DOTTED)
# The id of a statement in the function's policy.
# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
PERMISSION = Kind("permission", 100, *_USUAL)
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
CONFIGURATION_SET = Kind("configuration set", 64, *_USUAL, around=len("--"))


def check_name(kind: Kind, name: str, added: str = "") -> None:
    """Check a name that the program gives to a component.

    Args:
        kind: of the resource that is named after it, and has the lowest limit.
        name: the component's name.
        added: what the component adds at the end, such as ``-role``.

    Raises:
        ValueError: AWS would refuse it in this stack.
    """
    if not re.fullmatch(kind.pattern, name):
        raise ValueError(f"the {kind.what}'s name is {name!r}; must be {kind.allowed}")
    if len(name) > (left := room_for(kind) - len(added)):
        raise ValueError(
            f"the {kind.what}'s name {name!r} has {len(name)} characters; must have at most "
            f"{left}: project, stack and what is added take {kind.most - left} of the {kind.most} "
            "that AWS allows"
        )


def room_for(kind: Kind) -> int:
    """Return how many characters this project and stack leave for a name of this kind."""
    return kind.most - kind.around - len(pulumi.get_project()) - len(pulumi.get_stack())
