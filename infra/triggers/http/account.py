"""The account's role with which API Gateway writes logs."""

import pulumi
import pulumi_aws as aws

from infra.grants import trust
from infra.json_text import json_output


def account_log_role(name: str, opts: pulumi.ResourceOptions) -> aws.apigateway.Account:
    """Set the role with which API Gateway writes logs, one for the whole account and region.

    All APIs of the account and region use it, whoever owns them. So it may do what AWS's own policy
    for it allows, on log groups of any name. It is retained when the stack is deleted or no longer
    sets it, because others use it too.
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonAPIGatewayPushToCloudWatchLogs.html
    """
    kept = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
    role = aws.iam.Role(
        f"{name}-log-role", assume_role_policy=trust("apigateway.amazonaws.com"), opts=kept
    )
    caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=opts.parent))
    region = aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=opts.parent))
    partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=opts.parent))
    groups = pulumi.Output.concat(
        "arn:", partition.partition, ":logs:", region.region, ":", caller.account_id, ":log-group:*"
    )
    policy = aws.iam.RolePolicy(
        f"{name}-log-policy",
        role=role.name,
        policy=json_output(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "logs:CreateLogGroup",
                            "logs:CreateLogStream",
                            "logs:DescribeLogStreams",
                            "logs:FilterLogEvents",
                            "logs:GetLogEvents",
                            "logs:PutLogEvents",
                        ],
                        "Resource": [groups],
                    },
                    # API Gateway finds its groups by listing all groups.
                    {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
                ],
            }
        ),
        opts=kept,
    )
    return aws.apigateway.Account(
        f"{name}-account",
        cloudwatch_role_arn=role.arn,
        opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[policy])),
    )
