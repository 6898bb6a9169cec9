"""Who sends a stack's e-mails: SES, or another provider by its API."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from infra.config.emulator import Emulator
from infra.config.section import Form, Section
from infra.config.stack import Network
from infra.config.texts import EmailAddress

SecretArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}",
        "the whole ARN of a secret, with the six characters at its end, such as "
        "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mail-AbCdEf",
    ),
]
KeyArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
        "the ARN of a KMS key, such as "
        "arn:aws:kms:eu-central-1:123456789012:key/1a2b3c4d-0000-0000-0000-000000000000",
    ),
]


class ApiKey(Section):
    """Where the provider's API key is."""

    secret_arn: SecretArn = Field(
        description="ARN of a secret in the stack's region, whose text is the API key."
    )
    kms_key_arn: KeyArn | None = Field(
        None,
        description="ARN of the KMS key of the secret, if that is not `aws/secretsmanager`.",
    )


class Mail(Section):
    """The sender and the provider of e-mails."""

    sender: EmailAddress = Field(
        description="From address. SES verifies its domain by DKIM; with another provider, verify "
        "it there."
    )
    create_identity: bool = Field(
        True,
        description="Create the SES identity of the sender's domain. An account has one such "
        "identity in each region: choose false if another stack or tool has created it.",
    )
    provider: Literal["ses", "sendgrid"] = Field(
        "ses",
        description="The service that sends the e-mails."
        " sendgrid: SendGrid's API on the internet, with a key in Secrets Manager ($0.40 a month); "
        "no SES resources are created.",
    )
    api_key: ApiKey | None = Field(
        None,
        description="The secret that holds the provider's API key, if you have created one. "
        "Otherwise the program creates an empty secret, and you put the key there. Not for ses.",
    )

    @model_validator(mode="after")
    def _ses_has_no_key(self) -> "Mail":
        if self.provider == "ses" and self.api_key:
            raise ValueError(
                "apiKey is given, and provider is ses, which needs none; leave apiKey out, or name "
                "the provider that it is for"
            )
        return self

    def check_way_out(self, network: Network | None, emulator: Emulator | None) -> None:
        """Check that functions can reach the provider.

        Raises:
            ValueError: they cannot, or must not; the text says what to change.
        """
        if self.provider != "ses" and emulator is not None:
            raise ValueError(
                f"provider is {self.provider}, and the stack runs in an emulator, which stands in "
                "for AWS only; set provider to ses"
            )
        if self.provider != "ses" and network is not None and not network.internet:
            raise ValueError(
                f"provider is {self.provider}, on the internet, and the functions run in a network "
                "without internet access; set network.internet to true (a NAT gateway, about $37 a "
                "month), or provider to ses"
            )
