"""The permission with which Lambda connects a function to a network."""

import pulumi
import pulumi_aws as aws

from infra.json_text import json_output


def connection(name: str, role: aws.iam.Role, opts: pulumi.ResourceOptions) -> aws.iam.RolePolicy:
    """Create the policy for Lambda to manage network interfaces with the function's role.

    Lambda supports no narrower resources. The function itself is denied: only its own calls have
    ``lambda:SourceFunctionArn``.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    invoke = pulumi.InvokeOutputOptions(parent=opts.parent)
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

    statements = [
        {"Effect": "Allow", "Action": manage, "Resource": [arn("ec2", "*/*")]},
        {
            "Effect": "Allow",
            "Action": describe,
            "Resource": "*",
        },  # these actions have no resources to name
        {
            "Effect": "Deny",
            "Action": [*manage, *describe],
            "Resource": "*",
            "Condition": {"ArnLike": {"lambda:SourceFunctionArn": arn("lambda", "function:*")}},
        },
    ]
    document = {"Version": "2012-10-17", "Statement": statements}
    return aws.iam.RolePolicy(name, role=role.name, policy=json_output(document), opts=opts)
