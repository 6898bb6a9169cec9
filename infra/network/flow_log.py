"""The log of a network's traffic."""

from __future__ import annotations  # or every stack would load `aws.ec2`

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.grants import Grant, policy, trust
from infra.storage.key import Key, arn_of


@dataclass(frozen=True, kw_only=True)
class FlowLogArgs:
    """``key``: what the log is encrypted with; CloudWatch's if None."""

    vpc: aws.ec2.Vpc
    log_retention_days: int
    permissions_boundary: str | None
    key: Key | None


class FlowLog(pulumi.ComponentResource):
    """A log group with all traffic of a VPC, accepted and rejected, and its role."""

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
            # The id of the flow log is not known before it exists: any of this account.
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
        # Not logs:CreateLogGroup: the group exists.
        write = Grant(
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[self.log_group.arn, pulumi.Output.concat(self.log_group.arn, ":*")],
        )
        # The service finds its group by listing all groups.
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
