"""Checks the names of project and stack, before AWS refuses a resource named after them."""

import re
from collections.abc import Iterable

import pulumi

from infra.config.function_names import function_names

# All names hold both, by the pattern in Pulumi.yaml: ${project}-${stack}-${name}-${hex(7)}.
AROUND = len("---") + 7
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
ROLE_NAME = 64
# The longest other role, or bucket, whose limit is one less.
_COMPONENTS = len("api-stage-log-role") + 1
_STACK_NAME = 20  # as in bootstrap/
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
QUEUE_NAME = 80

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_RESERVED = ("amzn-s3-demo-", "sthree-")
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
    if f"{project}-".startswith(_RESERVED):
        raise pulumi.RunError(
            f"The project's name is {project!r}; it must begin with no word that S3 reserves "
            f"({', '.join(_RESERVED)}), for buckets are named after it. Choose another: app rename "
            "<name>"
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


def room_for_names() -> int:
    """Return how many characters project and stack may have together.

    The longest physical name with the shortest limit is the role of the function with the longest
    name.
    """
    longest = max(_COMPONENTS, *(len(f"{name}-role") for name in function_names()))
    return ROLE_NAME - AROUND - longest


def room_for_function(project: str, stacks: Iterable[str]) -> int:
    """Return how many characters a new function's name may have in all of these stacks.

    Its role is named after it, and so is the queue that `app new` adds for it.
    """
    left = min(ROLE_NAME - len("-role"), QUEUE_NAME - len("-messages-dead-letters"))
    return left - AROUND - len(project) - max(map(len, stacks), default=0)
