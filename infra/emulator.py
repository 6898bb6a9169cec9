"""Sends a stack to an AWS emulator."""

from typing import Any

import pulumi
import pulumi_aws as aws

from infra.config.emulator import Emulator
from infra.emulator_roles import for_role

SERVICES = (
    "apigateway", "apigatewayv2", "appsync", "cloudwatch", "cognitoidp", "dynamodb", "ec2", "ecr",
    "iam", "kms", "lambda", "logs", "route53", "s3", "s3control", "scheduler", "sesv2", "sfn",
    "sns", "sqs", "sts", "wafv2",
)  # fmt: skip
"""The AWS provider's names of the services that the program uses.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/custom-service-endpoints
The provider asks ``sts`` for the account, and reads bucket tags through ``s3control``.
"""


def send_to(emulator: Emulator) -> None:
    """Let every resource and every call of the stack use a provider for the emulator.

    The policies of roles are adapted to it. Call this before anything is created.
    """
    endpoints: Any = dict.fromkeys(SERVICES, emulator.url)
    provider = aws.Provider(
        "emulator",
        region=aws.config.region,
        # The emulator's root account; these are not secrets.
        access_key="test",
        secret_key="test",  # noqa: S106
        default_tags=pulumi.Config("aws").get_object("defaultTags"),
        endpoints=[endpoints],
        s3_use_path_style=True,
        skip_metadata_api_check=True,
    )

    def emulated(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
        props, options = args.props, args.opts
        if options.parent is None:  # children have their parent's provider
            provider_options = pulumi.ResourceOptions(providers={"aws": provider})
            options = pulumi.ResourceOptions.merge(provider_options, options)
        if args.type_ == "aws:iam/rolePolicy:RolePolicy":
            policy = pulumi.Output.from_input(props["policy"]).apply(for_role)
            props = {**props, "policy": policy}
        return pulumi.ResourceTransformationResult(props, options)

    pulumi.runtime.register_stack_transformation(emulated)
    pulumi.export("emulator", emulator.url)  # `app redrive` and others read it
