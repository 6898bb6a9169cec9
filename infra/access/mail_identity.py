"""The identity that e-mails are sent from."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.component_names import CONFIGURATION_SET, check_name
from infra.grants import Grant


@dataclass(frozen=True, kw_only=True)
class MailIdentityArgs:
    """``sender``: the From address. ``create``: whether to make its domain's SES identity."""

    sender: str
    create: bool


class MailIdentity(pulumi.ComponentResource):
    """The sender's domain, verified by DKIM, and a configuration set that requires TLS.

    The configuration set suppresses addresses that bounced or complained. Attribute
    ``dkim_tokens``: three tokens, each a CNAME ``<token>._domainkey.<domain>`` to
    ``<token>.dkim.amazonses.com``; empty if the identity is made elsewhere. ``dimensions``: of its
    metrics. Verb: ``send``.
    """

    def __init__(
        self, name: str, args: MailIdentityArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        check_name(CONFIGURATION_SET, name)
        super().__init__("serverless:infra:MailIdentity", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.logical_name = name
        self.sender = args.sender
        self.identities = [self]
        domain = args.sender.rpartition("@")[2]
        self.configuration_set = aws.sesv2.ConfigurationSet(
            name,
            # The provider does not auto-name configuration sets.
            configuration_set_name=f"{pulumi.get_project()}-{pulumi.get_stack()}-{name}",
            delivery_options={"tls_policy": "REQUIRE"},
            reputation_options={"reputation_metrics_enabled": True},
            suppression_options={"suppressed_reasons": ["BOUNCE", "COMPLAINT"]},
            opts=child,
        )
        self.dimensions = {"ses:configuration-set": self.configuration_set.configuration_set_name}
        self.dkim_tokens: pulumi.Output[list[str]] = pulumi.Output.from_input(list[str]())
        if args.create:
            identity = aws.sesv2.EmailIdentity(f"{name}-domain", email_identity=domain, opts=child)
            self.identity_arn: pulumi.Output[str] = identity.arn
            self.dkim_tokens = identity.dkim_signing_attributes.apply(
                lambda a: list(a.tokens or [])
            )
        else:
            # From the configuration set's own ARN: same partition, region and account.
            self.identity_arn = self.configuration_set.arn.apply(
                lambda arn: f"{arn.partition(':configuration-set/')[0]}:identity/{domain}"
            )
        self.register_outputs({"dkim_tokens": self.dkim_tokens})

    def send(self, *, env_sender: str, env_configuration_set: str = "CONFIGURATION_SET") -> Grant:
        """``ses:SendEmail`` from the sender's address only.

        The variables hold the sender's address and the configuration set's name.
        """
        return Grant(
            actions=["ses:SendEmail"],
            resources=[self.identity_arn, self.configuration_set.arn],
            conditions={"StringEquals": {"ses:FromAddress": self.sender}},
            env={
                env_sender: self.sender,
                env_configuration_set: self.configuration_set.configuration_set_name,
            },
        )
