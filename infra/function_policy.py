"""What a function's role allows."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.grants import Grant, policy


def function_policy(
    grants: Sequence[Grant],
    log_group: aws.cloudwatch.LogGroup,
    *,
    in_network: bool,
    parent: pulumi.Resource,
) -> pulumi.Output[str]:
    """Give the policy by which a function does what its grants say, logs, and is traced.

    ``in_network``: whether it runs in a network of the stack's.
    """
    # Not logs:CreateLogGroup: Lambda would make groups anew that nobody deletes.
    logs = Grant(
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[pulumi.Output.concat(log_group.arn, ":*")],
    )
    # X-Ray knows no resources.
    xray = {
        "Effect": "Allow",
        "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
        "Resource": "*",
    }
    return policy([*grants, logs], xray, *(_connection(parent) if in_network else []))


def _connection(parent: pulumi.Resource) -> list[dict[str, Any]]:
    """Let Lambda connect the function to a network, which it does by the function's role.

    It takes no narrower resources. The function itself may not: its own calls, and only they, name
    the function that they come from.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    invoke = pulumi.InvokeOutputOptions(parent=parent)
    partition = aws.get_partition_output(opts=invoke).partition
    region = aws.get_region_output(opts=invoke).region
    account = aws.get_caller_identity_output(opts=invoke).account_id
    manage = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
    ]
    describe = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]

    def arn(service: str, resource: str) -> pulumi.Output[str]:
        return pulumi.Output.concat(
            "arn:", partition, f":{service}:", region, ":", account, f":{resource}"
        )

    return [
        {"Effect": "Allow", "Action": manage, "Resource": [arn("ec2", "*/*")]},
        {"Effect": "Allow", "Action": describe, "Resource": "*"},  # they know no resources
        {
            "Effect": "Deny",
            "Action": [*manage, *describe],
            "Resource": "*",
            "Condition": {"ArnLike": {"lambda:SourceFunctionArn": arn("lambda", "function:*")}},
        },
    ]
