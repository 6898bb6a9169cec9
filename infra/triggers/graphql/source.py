"""A function as a data source of a GraphQL API."""

from __future__ import annotations  # or every stack would load `aws.appsync`

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.function.image_function import ImageFunction
from infra.grants import Grant, policy, trust


@dataclass(frozen=True, kw_only=True)
class FunctionSourceArgs:
    """The API, and the function that resolves some of its fields.

    ``name``: of the data source: letters, digits and underscores.
    """

    api: aws.appsync.GraphQLApi
    name: str
    function: ImageFunction
    permissions_boundary: str | None = None


class FunctionSource(pulumi.ComponentResource):
    """A data source, and the role with which AppSync invokes the function's alias and no other."""

    def __init__(
        self, name: str, args: FunctionSourceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:FunctionSource", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        account = aws.get_caller_identity_output(
            opts=pulumi.InvokeOutputOptions(parent=self)
        ).account_id
        # Refuse other APIs, of this account and of others:
        # https://docs.aws.amazon.com/appsync/latest/devguide/cross-service-confused-deputy-prevention.html
        only = {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": args.api.arn},
        }
        self.role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=trust("appsync.amazonaws.com", only),
            permissions_boundary=args.permissions_boundary,
            opts=child,
        )
        invoke = Grant(actions=["lambda:InvokeFunction"], resources=[args.function.alias_arn])
        self.policy = aws.iam.RolePolicy(
            f"{name}-policy", role=self.role.name, policy=policy([invoke]), opts=child
        )
        self.source = aws.appsync.DataSource(
            f"{name}-source",
            api_id=args.api.id,
            # AppSync takes no hyphens, which automatic names have. This name would collide in a
            # replacement, but nothing replaces a data source, except another API.
            name=args.name,
            type="AWS_LAMBDA",
            service_role_arn=self.role.arn,
            lambda_config={"function_arn": args.function.alias_arn},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.policy]),
        )
        self.register_outputs({})
