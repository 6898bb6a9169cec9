"""The stack's own KMS key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.grants import Grant
from infra.json_text import json_output


@dataclass(frozen=True, kw_only=True)
class KeyArgs:
    """``retain``: whether the encrypted data outlives the stack."""

    retain: bool


class Key(pulumi.ComponentResource):
    """A symmetric key that AWS rotates every year, and its alias.

    IAM policies, and so grants, decide who may use the key: its own policy delegates to the
    account. Apart from the account, the policy allows the services that use the key on nobody's
    behalf, each for this account's resources: CloudWatch Logs, its delivery of the logs of state
    machines, and alarms.

    Lambda, DynamoDB and ECR create a KMS grant when a resource of theirs gets the key. Deploying
    therefore requires ``kms:CreateGrant``; functions need no permission for their environment.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """

    def __init__(
        self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Key", name, None, opts)
        invoke = pulumi.InvokeOutputOptions(parent=self)
        region = aws.get_region_output(opts=invoke).region
        partition = aws.get_partition_output(opts=invoke)
        self._suffix = pulumi.Output.concat(".", region, ".", partition.dns_suffix)
        self.key = aws.kms.Key(
            name,
            description=f"{pulumi.get_project()} ({pulumi.get_stack()})",
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=_policy(
                partition=partition.partition,
                account=aws.get_caller_identity_output(opts=invoke).account_id,
                region=region,
                suffix=self._suffix,
            ),
            # Data that it encrypted is lost with it.
            opts=pulumi.ResourceOptions(parent=self, protect=args.retain),
        )
        self.alias = aws.kms.Alias(
            f"{name}-alias", target_key_id=self.key.id, opts=pulumi.ResourceOptions(parent=self)
        )
        self.arn: pulumi.Output[str] = self.key.arn
        self.register_outputs({"arn": self.arn})

    def through(
        self, service: str, actions: Sequence[str], context: Mapping[str, pulumi.Input[str]]
    ) -> Grant:
        """``kms:<action>``, only when a service uses the key on the function's behalf.

        ``context``: the encryption context with which that service names the one resource.
        https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
        """
        return through(self.arn, pulumi.Output.concat(service, self._suffix), actions, context)


def through(
    arn: pulumi.Input[str],
    via: pulumi.Input[str],
    actions: Sequence[str],
    context: Mapping[str, pulumi.Input[str]],
) -> Grant:
    """Return the grant to use any key through a service; see `Key.through`."""
    of = {f"kms:EncryptionContext:{key}": value for key, value in context.items()}
    return Grant(
        actions=[f"kms:{action}" for action in actions],
        resources=[arn],
        conditions={"StringEquals": {"kms:ViaService": via, **of}},
    )


def arn_of(key: Key | None) -> pulumi.Output[str] | None:
    """Return the key's ARN, or None for AWS's own keys."""
    return key.arn if key else None


def needs(
    key: Key | None,
    service: str,
    actions: Sequence[str],
    context: Mapping[str, pulumi.Input[str]],
) -> list[Grant]:
    """Return the grants that one on an encrypted resource needs; see `Key.through`."""
    return [key.through(service, actions, context)] if key else []


def _policy(
    *,
    partition: pulumi.Output[str],
    account: pulumi.Output[str],
    region: pulumi.Output[str],
    suffix: pulumi.Output[str],
) -> pulumi.Output[str]:
    def statement(sid: str, principal: dict[str, Any], *actions: str, **more: Any) -> Any:
        return {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": principal,
            "Action": list(actions),
            "Resource": "*",  # in a key's policy: this key
            **more,
        }

    arn = pulumi.Output.concat("arn:", partition)
    groups = pulumi.Output.concat(arn, ":logs:", region, ":", account, ":log-group:*")
    delivered = pulumi.Output.concat(arn, ":logs:", region, ":", account, ":*")
    statements = [
        statement(
            "Account",
            {"AWS": pulumi.Output.concat(arn, ":iam::", account, ":root")},
            "kms:*",
        ),
        # One of the few services whose principal has the region and the partition's suffix:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
        statement(
            "LogGroups",
            {"Service": pulumi.Output.concat("logs", suffix)},
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:Describe*",
            Condition={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        ),
        # A state machine encrypts its log for the delivery, in this context.
        # https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
        statement(
            "LogDelivery",
            {"Service": "delivery.logs.amazonaws.com"},
            "kms:Decrypt",
            Condition={"StringEquals": {"kms:EncryptionContext:SourceArn": delivered}},
        ),
        # https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
        statement(
            "Alarms",
            {"Service": "cloudwatch.amazonaws.com"},
            "kms:GenerateDataKey*",
            "kms:Decrypt",
            Condition={"StringEquals": {"aws:SourceAccount": account}},
        ),
    ]
    return json_output({"Version": "2012-10-17", "Statement": statements})
