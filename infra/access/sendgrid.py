"""SendGrid as the provider of e-mails."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.access.mail_identity import MailIdentity
from infra.grants import Grant
from infra.storage.key import Key, arn_of, needs, through

API = "https://api.sendgrid.com"
_RECOVERY_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class SendGridArgs:
    """How e-mails are sent.

    Attributes:
        sender: the From address, which SendGrid has verified.
        secret_arn: the secret with the API key; None: one that is made, and empty.
        kms_key_arn: the key of that secret, if it has one of its own.
        retain: whether a deleted secret can be restored for 30 days.
        key: what the secret that is made is encrypted with; AWS's own key if None.
    """

    sender: str
    secret_arn: str | None
    kms_key_arn: str | None
    retain: bool
    key: Key | None


class SendGrid(pulumi.ComponentResource):
    """A secret for SendGrid's API key, unless there is one.

    The program never has the key: somebody puts it into the secret, whose ARN is the output
    ``sendgrid_key_secret_arn``. Attributes: ``secret_arn``; ``identities`` and ``dkim_tokens`` are
    SES's, and empty. Verb: ``send``.
    """

    def __init__(
        self, name: str, args: SendGridArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:SendGrid", name, None, opts)
        self.sender = args.sender
        self.identities: list[MailIdentity] = []
        self.dkim_tokens: pulumi.Output[list[str]] = pulumi.Output.from_input(list[str]())
        if args.secret_arn:
            self.secret_arn = pulumi.Output.from_input(args.secret_arn)
            self._needs = self._to_decrypt(args.secret_arn, args.kms_key_arn)
        else:
            secret = aws.secretsmanager.Secret(
                f"{name}-key",
                description=f"SendGrid's API key of {pulumi.get_project()} ({pulumi.get_stack()})",
                kms_key_id=arn_of(args.key),
                recovery_window_in_days=_RECOVERY_DAYS if args.retain else 0,
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.secret_arn = secret.arn
            context = {"SecretARN": self.secret_arn}
            self._needs = needs(args.key, "secretsmanager", ["Decrypt"], context)
        pulumi.export("sendgrid_key_secret_arn", self.secret_arn)
        self.register_outputs({"secret_arn": self.secret_arn})

    def send(self, *, env_sender: str) -> Grant:
        """``secretsmanager:GetSecretValue`` of the API key, and the way to SendGrid.

        The variable holds the sender's address. ``SENDGRID_KEY`` is the secret's ARN, and
        ``SENDGRID_URL`` the API's URL.
        """
        return Grant(
            actions=["secretsmanager:GetSecretValue"],
            resources=[self.secret_arn],
            env={env_sender: self.sender, "SENDGRID_KEY": self.secret_arn, "SENDGRID_URL": API},
            needs=self._needs,
            internet=True,
        )

    def _to_decrypt(self, secret_arn: str, kms_key_arn: str | None) -> list[Grant]:
        """Return what reading a secret needs that has a key of its own."""
        if kms_key_arn is None:
            return []
        invoke = pulumi.InvokeOutputOptions(parent=self)
        suffix = pulumi.Output.concat(
            ".",
            aws.get_region_output(opts=invoke).region,
            ".",
            aws.get_partition_output(opts=invoke).dns_suffix,
        )
        via = pulumi.Output.concat("secretsmanager", suffix)
        context = {"SecretARN": secret_arn}
        return [through(kms_key_arn, via, ["Decrypt"], context)]
