"""A state machine of AWS Step Functions, with its log, and a role derived from its definition."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.config.component_names import ROLE, check_name
from infra.function.image_function import ImageFunction
from infra.grants import Grant, policy, trust, variable
from infra.json_text import json_output
from infra.storage.key import Key, arn_of
from infra.workflow.definition import Definition, called, check, with_arns

# Step Functions delivers its log by CloudWatch's own delivery, and asks X-Ray what to sample. These
# actions have no resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html and
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
_LOGS = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)
_TRACES = (
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)


@dataclass(frozen=True, kw_only=True)
class StateMachineArgs:
    """A state machine.

    Attributes:
        definition: what it does; see `infra.workflow.definition`.
        log_retention_days: how long its log is kept.
        permissions_boundary: the most that its role may do; None for no boundary.
        key: what it, its executions and its log are encrypted with; AWS's own keys if None.
    """

    definition: Definition
    log_retention_days: int
    permissions_boundary: str | None = None
    key: Key | None = None

    def __post_init__(self) -> None:
        check(self.definition)


class StateMachine(pulumi.ComponentResource):
    """A standard state machine, its log group, and its role.

    It is made in two steps, because each side needs the other: the machine calls functions, and a
    function may start it. The constructor offers what functions need, the grants ``start`` and
    ``describe``; ``call`` then makes the machine, with the functions. Its name is fixed, so that
    its ARN is known before. No change of the program replaces the machine, so no replacement can
    collide with it.

    The role may invoke the aliases of the functions that the definition names, write the log, and
    trace, and use the key for these. The log has every event, but not the input and output of
    states. To start or describe an execution, a caller needs no permission for the key.
    https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
    """

    def __init__(
        self, name: str, args: StateMachineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        # The machine's own name may have 80 characters, of which fewer are taken.
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
        check_name(ROLE, name, "-role")
        self._physical = f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}"
        super().__init__("serverless:infra:StateMachine", name, None, opts)
        self.logical_name = name
        self._definition = args.definition
        self._child = pulumi.ResourceOptions(parent=self)
        invoke = pulumi.InvokeOutputOptions(parent=self)
        self._partition = aws.get_partition_output(opts=invoke).partition
        self._account = aws.get_caller_identity_output(opts=invoke).account_id
        region = aws.get_region_output(opts=invoke).region
        self._here = pulumi.Output.concat(region, ":", self._account)
        self.arn = self._arn(f"stateMachine:{self._physical}")
        self._key = args.key
        self.log_group = self._log_group(name, args)
        self.role = self._role(name, args)

    def start(self, *, env: str | None = None) -> Grant:
        """``states:StartExecution``; ``env`` names the variable that holds the machine's ARN."""
        return Grant(
            actions=["states:StartExecution"], resources=[self.arn], env=variable(env, self.arn)
        )

    def describe(self, *, env: str | None = None) -> Grant:
        """``states:DescribeExecution`` of this machine; ``env`` holds the machine's ARN."""
        return Grant(
            actions=["states:DescribeExecution"],
            resources=[self._arn(f"execution:{self._physical}:*")],
            env=variable(env, self.arn),
        )

    def call(self, functions: Mapping[str, ImageFunction]) -> None:
        """Make the machine, which calls the functions that the definition names.

        Raises:
            ValueError: there is no function of a name.
        """
        self.functions = [functions[name] for name in called(self._definition)]
        self.policy = self._policy()
        aliases = {function.logical_name: function.alias_arn for function in self.functions}
        resource = pulumi.Output.concat("arn:", self._partition, ":states:::lambda:invoke")
        self.machine = aws.sfn.StateMachine(
            self.logical_name,
            name=self._physical,
            type="STANDARD",
            role_arn=self.role.arn,
            definition=json_output(with_arns(self._definition, resource, aliases)),
            logging_configuration={
                "level": "ALL",
                "include_execution_data": False,
                "log_destination": pulumi.Output.concat(self.log_group.arn, ":*"),
            },
            tracing_configuration={"enabled": True},
            encryption_configuration=_encryption(self._key),
            # Step Functions checks that the role may write the log.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.policy]),
        )
        self.register_outputs({"arn": self.arn})

    def _log_group(self, name: str, args: StateMachineArgs) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            f"{name}-logs",
            # Groups of this prefix share one statement of the account's policy for log delivery,
            # whose size is limited:
            # https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
            name=f"/aws/vendedlogs/states/{self._physical}",
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=self._child,
        )

    def _role(self, name: str, args: StateMachineArgs) -> aws.iam.Role:
        # Refuse other machines, of this account and of others:
        # https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
        only = {
            "StringEquals": {"aws:SourceAccount": self._account},
            "ArnLike": {"aws:SourceArn": self.arn},
        }
        return aws.iam.Role(
            f"{name}-role",
            assume_role_policy=trust("states.amazonaws.com", only),
            permissions_boundary=args.permissions_boundary,
            opts=self._child,
        )

    def _policy(self) -> aws.iam.RolePolicy:
        invoke = Grant(
            actions=["lambda:InvokeFunction"],
            resources=[function.alias_arn for function in self.functions],
        )
        return aws.iam.RolePolicy(
            f"{self.logical_name}-policy",
            role=self.role.name,
            policy=policy([invoke, *self._decryption()], _anywhere(_LOGS), _anywhere(_TRACES)),
            opts=self._child,
        )

    def _decryption(self) -> list[Grant]:
        """Return what the role may do with the key: for the executions, and for their log.

        Without ``kms:ViaService``, which AWS forbids here: the role uses the key itself.
        """
        if self._key is None:
            return []
        logs = pulumi.Output.concat("arn:", self._partition, ":logs:", self._here, ":*")
        executions = ["kms:Decrypt", "kms:GenerateDataKey"]
        return [
            _in_context(self._key, executions, "aws:states:stateMachineArn", self.arn),
            _in_context(self._key, ["kms:GenerateDataKey"], "SourceArn", logs),
        ]

    def _arn(self, resource: str) -> pulumi.Output[str]:
        return pulumi.Output.concat("arn:", self._partition, ":states:", self._here, ":", resource)


def _encryption(key: Key | None) -> aws.sfn.StateMachineEncryptionConfigurationArgs | None:
    if key is None:
        return None
    return aws.sfn.StateMachineEncryptionConfigurationArgs(
        type="CUSTOMER_MANAGED_KMS_KEY",
        kms_key_id=key.arn,
        kms_data_key_reuse_period_seconds=300,
    )


def _in_context(key: Key, actions: list[str], name: str, value: pulumi.Input[str]) -> Grant:
    conditions = {"StringEquals": {f"kms:EncryptionContext:{name}": value}}
    return Grant(actions=actions, resources=[key.arn], conditions=conditions)


def _anywhere(actions: tuple[str, ...]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
