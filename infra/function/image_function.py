"""A Lambda function with its own container image and role."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.stack import StackConfig
from infra.function.execution_role import execution_policy, execution_role
from infra.function.function import Function
from infra.function.function_image import FunctionImage, ImageArgs
from infra.function.live_alias import live_alias, provisioned_concurrency
from infra.function.outcome_metric import outcome_metric
from infra.grants import Grant, environment, policy
from infra.network.connection import connection
from infra.network.private_network import Network
from infra.storage.key import Key, arn_of
from infra.storage.queue import DeadLetterQueue


@dataclass(frozen=True, kw_only=True)
class FunctionArgs(Function):
    """A function, and what all functions of a stack share.

    Attributes:
        config: the stack's configuration; its settings for this function win over ``memory_mb``.
        key: what its image, environment, snapshots, log and failures are encrypted with; AWS's if
            None.
        network: what it runs in; if None a network of Lambda's, which reaches the internet.
    """

    config: StackConfig
    key: Key | None = None
    network: Network | None = None


class ImageFunction(pulumi.ComponentResource):
    """Image, role, log group, function, and the alias ``live`` that every trigger points at.

    The function ``my-function`` is made from ``handlers/my_function`` and ``images/my_function``.
    Its metric counts the log records that have an ``outcome``, by the dimension ``Outcome``.
    """

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:ImageFunction", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.logical_name = name
        self.timeout = args.timeout
        self.permissions_boundary = args.config.permissions_boundary
        self._settings = args.config.function(name)
        self._architecture = self._settings.architecture or args.config.architecture
        self.failures = (
            DeadLetterQueue(f"{name}-failures", self._child, key=args.key)
            if args.asynchronous
            else None
        )
        grants = [*args.grants, *([self.failures.send()] if self.failures else [])]

        self.image = self._image(name, args)
        self.log_group = self._log_group(name, args)
        self.role = execution_role(name, self.permissions_boundary, self._child)
        self.policy = execution_policy(name, self.role, self.log_group, grants, self._child)
        # Without these the first invocations would fail.
        self._ready: list[pulumi.Resource] = [self.policy]
        if args.network:
            connected = connection(f"{name}-connection", self.role, self._child)
            self._ready += [connected, *args.network.ready]
        self.function = self._function(name, args, environment(args.grants, args.environment))
        self.alias = live_alias(name, self.function, args.config, self._child)
        self.provisioned = provisioned_concurrency(
            f"{name}-waiting", self.alias, self._settings.provisioned_concurrency, self._child
        )
        self.recursion = self._recursion(name)
        self.event_invoke_config = self._event_invoke_config(name)
        self.outcomes = outcome_metric(name, self.log_group, self._child)

        self.name: pulumi.Output[str] = self.function.name
        self.alias_arn: pulumi.Output[str] = self.alias.arn
        self.invoke_arn: pulumi.Output[str] = self.alias.invoke_arn
        self.register_outputs({"name": self.name, "alias_arn": self.alias_arn})

    def allow(
        self, name: str, grants: Sequence[Grant], opts: pulumi.ResourceOptions
    ) -> aws.iam.RolePolicy:
        """Add what a trigger needs, such as to read its source, to the function's role."""
        return aws.iam.RolePolicy(name, role=self.role.name, policy=policy(grants), opts=opts)

    def permit(
        self,
        name: str,
        *,
        service: str,
        source_arn: pulumi.Input[str],
        source_account: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions,
    ) -> aws.lambda_.Permission:
        """Allow one resource of a service to invoke the alias.

        ``source_account`` is for S3: a bucket's ARN names no account, and another account can take
        the name of a deleted bucket.
        """
        return aws.lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=self.function.name,
            qualifier=self.alias.name,
            principal=service,
            source_arn=source_arn,
            source_account=source_account,
            opts=opts,
        )

    def _image(self, name: str, args: FunctionArgs) -> FunctionImage:
        return FunctionImage(
            f"{name}-image",
            ImageArgs(
                function=name.replace("-", "_"),
                architecture=self._architecture,
                keep=args.config.images.keep,
                base=args.config.images.base,
                source=args.config.images.source,
                retain=args.config.retain,
                key=args.key,
            ),
            self._child,
        )

    def _log_group(self, name: str, args: FunctionArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            retention_in_days=args.config.logs.retention_days,
            kms_key_id=arn_of(args.key),
            opts=self._child,
        )

    def _function(
        self, name: str, args: FunctionArgs, variables: dict[str, pulumi.Input[str]]
    ) -> aws.lambda_.Function:
        folder = name.replace("-", "_")
        return aws.lambda_.Function(
            name,
            description=args.description,
            package_type="Image",
            image_uri=self.image.uri,
            image_config={"commands": [f"handlers.{folder}.handler.handler"]},
            architectures=[self._architecture],
            role=self.role.arn,
            memory_size=self._settings.memory_mb or args.memory_mb,
            ephemeral_storage={"size": self._settings.tmp_mb},
            timeout=args.timeout,
            reserved_concurrent_executions=self._settings.reserved_concurrency,
            environment={"variables": variables} if variables else None,
            kms_key_arn=arn_of(args.key),
            vpc_config=self._placement(args),
            logging_config={
                "log_format": "JSON",
                "log_group": self.log_group.name,
                "application_log_level": "INFO",  # outcomes are records of this level
                "system_log_level": "WARN",
            },
            tracing_config={"mode": "Active"},
            publish=True,  # triggers point at a version, and so do snapshots
            snap_start={"apply_on": "PublishedVersions"} if self._settings.snap_start else None,
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=self._ready,
                # Lambda takes snapshots of one function after the other, each in minutes:
                # https://github.com/pulumi/pulumi/issues/15789
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m"),
            ),
        )

    @staticmethod
    def _placement(args: FunctionArgs) -> aws.lambda_.FunctionVpcConfigArgsDict | None:
        internet = any(grant.internet for grant in args.grants)
        return args.network.placement(internet=internet) if args.network else None

    def _recursion(self, name: str) -> aws.lambda_.FunctionRecursionConfig:
        return aws.lambda_.FunctionRecursionConfig(
            f"{name}-recursion",
            function_name=self.function.name,
            recursive_loop="Terminate",
            opts=self._child,
        )

    def _event_invoke_config(self, name: str) -> aws.lambda_.FunctionEventInvokeConfig | None:
        if self.failures is None:
            return None
        return aws.lambda_.FunctionEventInvokeConfig(
            f"{name}-async",
            function_name=self.function.name,
            qualifier=self.alias.name,
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=6 * 3_600,
            destination_config={"on_failure": {"destination": self.failures.arn}},
            opts=self._child,
        )
