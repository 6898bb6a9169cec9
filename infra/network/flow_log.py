"""The log of what flows in a network."""

from __future__ import annotations  # or `aws.ec2` is loaded where there is no network

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.grants import Grant, policy, trust
from infra.storage.key import Key, arn_of


@dataclass(frozen=True, kw_only=True)
class FlowLogArgs:
    """``key``: what it is encrypted with; CloudWatch's if None."""

    vpc: aws.ec2.Vpc
    log_retention_days: int
    permissions_boundary: str | None
    key: Key | None


class FlowLog(pulumi.ComponentResource):
    """All traffic of a VPC, allowed and refused, in a log group; with a role that writes to it."""

    def __init__(
        self, name: str, args: FlowLogArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:FlowLog", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        invoke = pulumi.InvokeOutputOptions(parent=self)
        account = aws.get_caller_identity_output(opts=invoke).account_id
        self.log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/vpc/{pulumi.get_project()}-{pulumi.get_stack()}",
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=child,
        )
        self.role = aws.iam.Role(
            f"{name}-role",
            # The flow log, whose id is not known before it is made, is named by the account.
            # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
            assume_role_policy=trust(
                "vpc-flow-logs.amazonaws.com",
                {
                    "StringEquals": {"aws:SourceAccount": account},
                    "ArnLike": {
                        "aws:SourceArn": pulumi.Output.concat(
                            "arn:",
                            aws.get_partition_output(opts=invoke).partition,
                            ":ec2:",
                            aws.get_region_output(opts=invoke).region,
                            ":",
                            account,
                            ":vpc-flow-log/*",
                        )
                    },
                },
            ),
            permissions_boundary=args.permissions_boundary,
            opts=child,
        )
        # Not logs:CreateLogGroup: the group is there, and no other one is its business.
        write = Grant(
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[self.log_group.arn, pulumi.Output.concat(self.log_group.arn, ":*")],
        )
        # It looks for its group by listing all of them.
        find = {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"}
        self.policy = aws.iam.RolePolicy(
            f"{name}-policy", role=self.role.name, policy=policy([write], find), opts=child
        )
        self.flow_log = aws.ec2.FlowLog(
            name,
            vpc_id=args.vpc.id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=self.log_group.arn,
            iam_role_arn=self.role.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.policy]),
        )
        self.register_outputs({})
