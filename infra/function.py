"""A Lambda function that runs from its own container image, with its own role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from infra.config import StackConfig
from infra.grants import Grant, environment, policy, trust
from infra.image import FunctionImage, ImageArgs
from infra.key import Key, arn_of
from infra.network import Network
from infra.network_connection import connection
from infra.queue import DeadLetterQueue

ALIAS = "live"
METRICS = "Outcomes"


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What a function needs and may do.

    Attributes:
        config: the stack's configuration; ``functions.memoryMb`` there wins over ``memory_mb``.
        description: one line, shown by AWS.
        memory_mb: memory, in MB; CPU grows with it.
        timeout: seconds an invocation may take.
        grants: what it may do, and where it finds it.
        environment: settings that come with no grant.
        asynchronous: whether its triggers do not wait for an answer (S3, schedules). Events that
            still fail after two retries then go to the queue ``<name>-failures``.
        key: what its image, environment, log and failures are encrypted with; AWS's if None.
        network: what it runs in; a network of Lambda's if None, from where it reaches the internet.
    """

    config: StackConfig
    description: str
    memory_mb: int
    timeout: int
    grants: Sequence[Grant] = ()
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    asynchronous: bool = False
    key: Key | None = None
    network: Network | None = None


class ImageFunction(pulumi.ComponentResource):
    """Image, role, log group, function, and the alias ``live`` that every trigger points at.

    The function ``create-user`` is made from ``handlers/create_user`` and ``images/create_user``.
    Each record that the handler logs with an ``outcome`` counts in the metric named after the
    function, by the dimension ``Outcome``.
    """

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:ImageFunction", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.logical_name = name
        self.timeout = args.timeout
        self.permissions_boundary = args.config.permissions_boundary
        self.failures = (
            DeadLetterQueue(f"{name}-failures", self._child, key=args.key)
            if args.asynchronous
            else None
        )
        grants = [*args.grants, *([self.failures.send()] if self.failures else [])]

        self.image = self._image(name, args)
        self.log_group = self._log_group(name, args)
        self.role = self._role(name)
        self.policy = self._policy(name, grants)
        # Without these the first invocations would fail.
        self._needed: list[pulumi.Resource] = [self.policy]
        if args.network:
            connected = connection(f"{name}-connection", self.role, self._child)
            self._needed += [connected, *args.network.ready]
        self.function = self._function(name, args, environment(args.grants, args.environment))
        self.alias = self._alias(name)
        self.recursion = self._recursion(name)
        self.event_invoke_config = self._event_invoke_config(name)
        self.outcomes = self._outcomes(name)

        self.name: pulumi.Output[str] = self.function.name
        self.alias_arn: pulumi.Output[str] = self.alias.arn
        self.invoke_arn: pulumi.Output[str] = self.alias.invoke_arn
        self.register_outputs({"name": self.name, "alias_arn": self.alias_arn})

    def allow(
        self, name: str, grants: Sequence[Grant], opts: pulumi.ResourceOptions
    ) -> aws.iam.RolePolicy:
        """Add what a trigger needs (to read its source) to the function's role."""
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
        """Let one resource of a service invoke the alias.

        ``source_account`` is for S3: a bucket's ARN names no account, and a deleted bucket's name
        can be taken by another one.
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
                architecture=args.config.functions.architecture,
                keep=args.config.images.keep,
                base=args.config.images.base,
                source=args.config.images.source,
                registry=args.config.images.registry,
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

    def _role(self, name: str) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}-role",
            assume_role_policy=trust("lambda.amazonaws.com"),
            permissions_boundary=self.permissions_boundary,
            opts=self._child,
        )

    def _policy(self, name: str, grants: Sequence[Grant]) -> aws.iam.RolePolicy:
        # Not logs:CreateLogGroup: Lambda would make groups anew that nobody deletes.
        logs = Grant(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[pulumi.Output.concat(self.log_group.arn, ":*")],
        )
        # X-Ray knows no resources.
        xray = {
            "Effect": "Allow",
            "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            "Resource": "*",
        }
        return aws.iam.RolePolicy(
            f"{name}-policy",
            role=self.role.name,
            policy=policy([*grants, logs], xray),
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
            architectures=[args.config.functions.architecture],
            role=self.role.arn,
            memory_size=args.config.functions.memory_mb.get(name, args.memory_mb),
            timeout=args.timeout,
            reserved_concurrent_executions=args.config.functions.reserved_concurrency.get(name),
            environment={"variables": variables} if variables else None,
            kms_key_arn=arn_of(args.key),
            vpc_config=args.network.placement() if args.network else None,
            logging_config={
                "log_format": "JSON",
                "log_group": self.log_group.name,
                "application_log_level": "INFO",  # outcomes are records of this level
                "system_log_level": "WARN",
            },
            tracing_config={"mode": "Active"},
            publish=True,
            opts=pulumi.ResourceOptions(parent=self, depends_on=self._needed),
        )

    def _alias(self, name: str) -> aws.lambda_.Alias:
        return aws.lambda_.Alias(
            f"{name}-{ALIAS}",
            name=ALIAS,
            function_name=self.function.name,
            function_version=self.function.version,
            opts=self._child,
        )

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

    def _outcomes(self, name: str) -> aws.cloudwatch.LogMetricFilter:
        return aws.cloudwatch.LogMetricFilter(
            f"{name}-outcomes",
            log_group_name=self.log_group.name,
            pattern='{ $.outcome = "*" }',
            metric_transformation={
                "namespace": f"{pulumi.get_project()}-{pulumi.get_stack()}/{METRICS}",
                "name": name,
                "value": "1",
                "dimensions": {"Outcome": "$.outcome"},
            },
            opts=self._child,
        )
