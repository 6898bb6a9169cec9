"""A GraphQL API of AWS AppSync, whose fields are resolved by functions."""

from __future__ import annotations  # or every stack would load `aws.appsync`

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.access.callers import Callers
from infra.access.firewall import Firewall
from infra.config.emulator import emulator_url
from infra.config.graphql import GraphQL
from infra.function.image_function import ImageFunction
from infra.grants import Grant, policy, trust
from infra.storage.key import Key, arn_of
from infra.triggers.graphql.source import FunctionSource, FunctionSourceArgs

if TYPE_CHECKING:  # graphql-core is for programs with such an API
    from infra.triggers.graphql.schema import Schema

# AppSync gives up a request after this time, and with it the function:
# https://docs.aws.amazon.com/general/latest/gr/appsync.html
_APPSYNC_TIMEOUT = 30

_KEY_MONTHS = 11
"""For how many months a key is valid; AppSync allows 365 days."""


@dataclass(frozen=True, kw_only=True)
class GraphQLApiArgs:
    """The schema, and who resolves its fields.

    Attributes:
        schema: of `compose`.
        functions: by the names of the schema's parts.
        callers: those whose tokens are valid, if the REST API takes tokens; otherwise callers need
            a key.
        config: the limits of a query.
        introspection: whether callers may ask for the schema.
        firewall: protects the API too, if it is given.
        permissions_boundary: the most that its roles may do; None for no boundary.
        key: what its log is encrypted with; CloudWatch's if None.
    """

    schema: Schema
    functions: Mapping[str, ImageFunction]
    callers: Callers
    config: GraphQL
    introspection: bool
    log_retention_days: int
    firewall: Firewall | None = None
    permissions_boundary: str | None = None
    key: Key | None = None

    def __post_init__(self) -> None:
        for part in self.functions:
            # https://docs.aws.amazon.com/appsync/latest/APIReference/API_CreateDataSource.html
            if not re.fullmatch("[_A-Za-z][_0-9A-Za-z]*", part):
                raise ValueError(
                    f"a part of the schema is called {part!r}; must be letters, digits and "
                    "underscores, and not begin with a digit"
                )


class GraphQLApi(pulumi.ComponentResource):
    """An AppSync API: its schema, a data source for each function, a resolver for each field.

    Resolvers invoke functions directly, without templates: a function gets a list of AppSync's
    contexts, and returns a list of results. One invocation resolves one field for all its parents
    in a query, up to ``config.max_batch_size``.

    Errors of fields are logged, without the values of arguments and results. Requests are traced.
    Attributes: ``url``, and ``api_key``, a secret, if callers need a key. A key is valid for eleven
    months from the month of the deployment; any later deployment extends it.
    """

    def __init__(
        self, name: str, args: GraphQLApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        for function in args.functions.values():
            if function.timeout >= _APPSYNC_TIMEOUT:
                raise ValueError(
                    f"{function.logical_name} may take {function.timeout} s; AppSync waits "
                    f"{_APPSYNC_TIMEOUT} s: give it a shorter timeout"
                )
        super().__init__("serverless:infra:GraphQLApi", name, None, opts)
        self.logical_name = name
        self.functions = tuple(args.functions.values())
        self._child = pulumi.ResourceOptions(parent=self)
        self._account = aws.get_caller_identity_output(
            opts=pulumi.InvokeOutputOptions(parent=self)
        ).account_id
        log_role = self._role(f"{name}-log-role", args)
        self.api = self._api(name, args, log_role)
        self.log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            # AppSync itself would create this group without a retention period.
            name=pulumi.Output.concat("/aws/appsync/apis/", self.api.id),
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=self._child,
        )
        self._let_log(name, log_role)
        self.resolvers = self._resolvers(name, args)
        self.api_key = self._key(name) if args.callers.pool_arn is None else None
        if args.firewall:
            aws.wafv2.WebAclAssociation(
                f"{name}-firewall",
                resource_arn=self.api.arn,
                web_acl_arn=args.firewall.acl.arn,
                opts=self._child,
            )
        self.url = self._url()
        self.register_outputs({"url": self.url})

    def _role(self, name: str, args: GraphQLApiArgs) -> aws.iam.Role:
        # Refuse APIs of other accounts:
        # https://docs.aws.amazon.com/appsync/latest/devguide/cross-service-confused-deputy-prevention.html
        only = {"StringEquals": {"aws:SourceAccount": self._account}}
        return aws.iam.Role(
            name,
            assume_role_policy=trust("appsync.amazonaws.com", only),
            permissions_boundary=args.permissions_boundary,
            opts=self._child,
        )

    def _api(
        self, name: str, args: GraphQLApiArgs, log_role: aws.iam.Role
    ) -> aws.appsync.GraphQLApi:
        tokens = args.callers.pool_arn
        return aws.appsync.GraphQLApi(
            name,
            authentication_type="API_KEY" if tokens is None else "AMAZON_COGNITO_USER_POOLS",
            user_pool_config=None
            if tokens is None
            else {
                "default_action": "ALLOW",
                # arn:aws:cognito-idp:<region>:<account>:userpool/<id>
                "aws_region": tokens.apply(lambda arn: arn.split(":")[3]),
                "user_pool_id": tokens.apply(lambda arn: arn.rpartition("/")[2]),
            },
            schema=args.schema.text,
            introspection_config="ENABLED" if args.introspection else "DISABLED",
            query_depth_limit=args.config.max_depth,
            resolver_count_limit=args.config.max_resolvers,
            log_config={
                "cloudwatch_logs_role_arn": log_role.arn,
                "field_log_level": "ERROR",
                "exclude_verbose_content": True,  # headers, and the values of fields
            },
            xray_enabled=True,
            opts=self._child,
        )

    def _let_log(self, name: str, role: aws.iam.Role) -> aws.iam.RolePolicy:
        write = Grant(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[pulumi.Output.concat(self.log_group.arn, ":*")],
        )
        return aws.iam.RolePolicy(
            f"{name}-log-policy", role=role.name, policy=policy([write]), opts=self._child
        )

    def _resolvers(self, name: str, args: GraphQLApiArgs) -> list[aws.appsync.Resolver]:
        sources = {
            part: FunctionSource(
                f"{name}-{part}",
                FunctionSourceArgs(
                    api=self.api,
                    name=part,
                    function=function,
                    permissions_boundary=args.permissions_boundary,
                ),
                self._child,
            )
            for part, function in args.functions.items()
        }
        return [
            aws.appsync.Resolver(
                f"{name}-{field.type}-{field.name}",
                api_id=self.api.id,
                type=field.type,
                field=field.name,
                kind="UNIT",
                data_source=sources[field.part].source.name,
                max_batch_size=args.config.max_batch_size,
                # A resolver needs its field: AppSync has the schema once the API is there.
                opts=pulumi.ResourceOptions(
                    parent=self, depends_on=[self.api, sources[field.part].policy]
                ),
            )
            for field in args.schema.fields
        ]

    def _key(self, name: str) -> pulumi.Output[str]:
        """Return a key that expires: AppSync knows no other."""
        today = datetime.datetime.now(datetime.UTC).date()
        month = today.month - 1 + _KEY_MONTHS
        # The first of a month: deployments of one month plan no change.
        last = datetime.date(today.year + month // 12, month % 12 + 1, 1)
        key = aws.appsync.ApiKey(
            f"{name}-key",
            api_id=self.api.id,
            description=f"{pulumi.get_project()} ({pulumi.get_stack()})",
            expires=f"{last.isoformat()}T00:00:00Z",
            opts=self._child,
        )
        return pulumi.Output.secret(key.key)

    def _url(self) -> pulumi.Output[str]:
        if emulator := emulator_url():
            return pulumi.Output.concat(emulator, "/v1/apis/", self.api.id, "/graphql")
        return self.api.uris.apply(lambda uris: uris["GRAPHQL"])
