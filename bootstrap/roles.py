"""The roles that deploy stacks, and the one that previews them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.permissions import areas, state
from bootstrap.permissions.boundary import BOUNDARY
from bootstrap.permissions.model import Permission, document
from bootstrap.permissions.smoke import SMOKE

Values = Mapping[str, pulumi.Input[str]]
"""The values of the placeholders in permissions."""


@dataclass(frozen=True, kw_only=True)
class DeployRoleArgs:
    """What the deployments of one environment may do, and where.

    Attributes:
        environment: its name, after which role and boundary are named.
        trust: the policy that decides who may assume the role.
        values: of all placeholders but ``boundary``.
        destroy: whether data may be deleted.
    """

    environment: str
    trust: pulumi.Input[str]
    values: Values
    destroy: bool


class DeployRole(pulumi.ComponentResource):
    """A role that makes, changes and deletes the stacks of one environment, and nothing else.

    It reads and writes their state, and reads and deletes single records by their keys, which a
    smoke test requires. The roles that it makes are limited by ``boundary``, a policy that it
    cannot change.
    """

    def __init__(
        self, name: str, args: DeployRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:bootstrap:DeployRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.boundary = aws.iam.Policy(
            f"{name}-boundary",
            name=f"{pulumi.get_project()}-{args.environment}-boundary",
            description=f"The most that any role of the environment {args.environment} may do",
            policy=policy_document(BOUNDARY, args.values),
            opts=child,
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            name=f"{pulumi.get_project()}-{args.environment}-deploy",
            assume_role_policy=args.trust,
            opts=child,
        )
        values = {**args.values, "boundary": self.boundary.arn}
        by_area = {area: areas.of(area, destroy=args.destroy) for area in areas.AREAS}
        _attach(
            name, self.role, areas.sharing(by_area, state=state.WRITE, smoke=SMOKE), values, child
        )
        self.register_outputs({"arn": self.role.arn})


@dataclass(frozen=True, kw_only=True)
class PreviewRoleArgs:
    """``trust``: who may assume the role. ``values``: of the placeholders, for all environments."""

    trust: pulumi.Input[str]
    values: Values


class PreviewRole(pulumi.ComponentResource):
    """A role that reads the state of all stacks and their resources in AWS; it changes nothing.

    It can decrypt the secrets in the state, which a preview requires.
    """

    def __init__(
        self, name: str, args: PreviewRoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:bootstrap:PreviewRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.role = aws.iam.Role(
            f"{name}-role",
            name=f"{pulumi.get_project()}-{pulumi.get_stack()}-preview",
            assume_role_policy=args.trust,
            opts=child,
        )
        by_area = {area: areas.reading(area) for area in areas.AREAS}
        _attach(name, self.role, areas.sharing(by_area, state=state.READ), args.values, child)
        self.register_outputs({"arn": self.role.arn})


def policy_document(permissions: Iterable[Permission], values: Values) -> pulumi.Output[str]:
    """Return the policy document of permissions, with values that are outputs."""
    listed = list(permissions)
    return pulumi.Output.all(**values).apply(lambda known: document(listed, known))


def _attach(
    name: str,
    role: aws.iam.Role,
    policies: Mapping[str, Iterable[Permission]],
    values: Values,
    opts: pulumi.ResourceOptions,
) -> None:
    for area, permissions in policies.items():
        policy = aws.iam.Policy(
            f"{name}-{area}", policy=policy_document(permissions, values), opts=opts
        )
        aws.iam.RolePolicyAttachment(
            f"{name}-{area}-attached", role=role.name, policy_arn=policy.arn, opts=opts
        )
