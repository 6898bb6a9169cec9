"""Checks the names of project and stack, before AWS refuses a resource named after them."""

import re
from dataclasses import dataclass

import pulumi

from infra.config.function_names import function_names

# All names hold both, by the pattern in Pulumi.yaml: ${project}-${stack}-${name}-${hex(7)}.
_AROUND = len("---") + 7
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_ROLE_NAME = 64
# The longest other role, or bucket, whose limit is one less.
_COMPONENTS = len("api-stage-log-role") + 1
_STACK_NAME = 20  # as in bootstrap/


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
    around: int = _AROUND


_USUAL = ("[A-Za-z0-9_-]+", "letters, digits, '_' and '-'")
_DOTTED = ("[A-Za-z0-9_.-]+", "letters, digits, '_', '-' and '.'")
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
TABLE = Kind("table", 255, *_DOTTED)
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
QUEUE = Kind("queue", 80, *_USUAL)
# A dot would be allowed, but no certificate of S3 fits a name with one.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
BUCKET = Kind("bucket", 63, "[a-z0-9-]+", "lower-case letters, digits and '-'")
# Of those that a role may have, the ones that a schedule and a state machine may have, too.
# https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
ROLE = Kind("role", _ROLE_NAME, *_DOTTED)
# The id of a statement in the function's policy.
# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
PERMISSION = Kind("permission", 100, *_USUAL)
# https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html
CONFIGURATION_SET = Kind("configuration set", 64, *_USUAL, around=len("--"))

_WORDS = "[a-z][a-z0-9]*(-[a-z0-9]+)*"


def check_project(project: str, longest: int) -> None:
    """Refuse a project's name that AWS would refuse, or that is too long.

    Names of buckets and ECR repositories allow neither capitals nor underscores; those of
    repositories do not allow two hyphens in a row.

    Raises:
        pulumi.RunError: states what is allowed, and how many characters are left.
    """
    if not re.fullmatch(_WORDS, project):
        raise pulumi.RunError(
            f"The project's name is {project!r}; it must be lower-case letters, digits and single "
            f"hyphens between them, begin with a letter, and have at most {longest} characters, "
            "for resources are named after it. Choose another: app rename <name>"
        )
    if len(project) > longest:
        raise pulumi.RunError(
            f"The project's name {project!r} has {len(project)} characters; at most {longest} are "
            "left for it in the names of resources. Choose another: app rename <name>"
        )


def check_stack(project: str, stack: str) -> None:
    """Refuse names of a project and a stack that AWS would refuse in the course of a deployment.

    Raises:
        pulumi.RunError: as `check_project`.
    """
    if not re.fullmatch(rf"[a-z0-9]([a-z0-9-]{{0,{_STACK_NAME - 2}}}[a-z0-9])?", stack):
        raise pulumi.RunError(
            f"The stack's name is {stack!r}; it must be lower-case letters, digits and hyphens "
            f"between them, at most {_STACK_NAME}, for resources are named after it. Rename it: "
            "pulumi stack rename <name>"
        )
    room = room_for_names()
    check_project(project, room - 1)
    if len(project) + len(stack) > room:
        raise pulumi.RunError(
            f"The names of project {project!r} and stack {stack!r} have {len(project)} and "
            f"{len(stack)} characters; together they must have at most {room}, for resources are "
            f"named after both. At most {room - len(project)} are left for the stack's name "
            f"(pulumi stack rename <name>), or {room - len(stack)} for the project's (app rename "
            "<name>)."
        )


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
    if len(name) > (left := room_for_name(kind) - len(added)):
        raise ValueError(
            f"the {kind.what}'s name {name!r} has {len(name)} characters; must have at most "
            f"{left}: project, stack and what is added take {kind.most - left} of the {kind.most} "
            "that AWS allows"
        )


def room_for_name(kind: Kind) -> int:
    """Return how many characters this project and stack leave for a name of this kind."""
    return kind.most - kind.around - len(pulumi.get_project()) - len(pulumi.get_stack())


def room_for_names() -> int:
    """Return how many characters project and stack may have together.

    The longest physical name with the shortest limit is the role of the function with the longest
    name.
    """
    longest = max(_COMPONENTS, *(len(f"{name}-role") for name in function_names()))
    return _ROLE_NAME - _AROUND - longest
