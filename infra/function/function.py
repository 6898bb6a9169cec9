"""The description of a function in a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from infra.config.functions import LEAST_MEMORY_MB, MOST_MEMORY_MB
from infra.grants import Grant, environment
from infra.limits import check_integer

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LONGEST_TIMEOUT = 900
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
_LONGEST_DESCRIPTION = 256


@dataclass(frozen=True, kw_only=True)
class Function:
    """What a function needs and may do.

    Attributes:
        description: one line, shown by AWS.
        memory_mb: memory, in MB; CPU grows with it. The stack's configuration may set another size.
        timeout: seconds that an invocation may take.
        grants: what it may do, and where it finds each resource.
        environment: settings that come with no grant.
        asynchronous: whether its triggers do not wait for an answer (S3, schedules). Events that
            still fail after two retries then go to the queue ``<name>-failures``.
        internet: whether it calls what no VPC endpoint reaches. It then runs in Lambda's network,
            even if the stack has one of its own.
    """

    description: str
    memory_mb: int
    timeout: int
    grants: Sequence[Grant] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    asynchronous: bool = False
    internet: bool = False

    def __post_init__(self) -> None:
        check_integer("memory_mb", self.memory_mb, LEAST_MEMORY_MB, MOST_MEMORY_MB)
        check_integer("timeout", self.timeout, 1, _LONGEST_TIMEOUT)
        if len(self.description) > _LONGEST_DESCRIPTION:
            raise ValueError(
                f"description is {self.description!r}, which has {len(self.description)} "
                f"characters; must have at most {_LONGEST_DESCRIPTION}"
            )
        environment(self.grants, self.environment)
