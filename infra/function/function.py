"""The description of a function in a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from infra.grants import Grant


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
