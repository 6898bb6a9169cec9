"""A function's execution role: its grants, its log and its traces."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from infra.grants import Grant, policy, trust


def execution_role(
    name: str, permissions_boundary: str | None, opts: pulumi.ResourceOptions
) -> aws.iam.Role:
    """Make a role that only Lambda may assume, within a boundary if there is one."""
    return aws.iam.Role(
        f"{name}-role",
        assume_role_policy=trust("lambda.amazonaws.com"),
        permissions_boundary=permissions_boundary,
        opts=opts,
    )


def execution_policy(
    name: str,
    role: aws.iam.Role,
    log_group: aws.cloudwatch.LogGroup,
    grants: Sequence[Grant],
    opts: pulumi.ResourceOptions,
) -> aws.iam.RolePolicy:
    """Make the policy that allows the grants, logs and traces."""
    # Not logs:CreateLogGroup: Lambda would recreate deleted groups, and nobody deletes those.
    logs = Grant(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[pulumi.Output.concat(log_group.arn, ":*")],
    )
    # X-Ray has no resources to name.
    xray = {
        "Effect": "Allow",
        "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        "Resource": "*",
    }
    return aws.iam.RolePolicy(
        f"{name}-policy", role=role.name, policy=policy([*grants, logs], xray), opts=opts
    )
