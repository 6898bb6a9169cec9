"""What every sender of e-mails has, whoever the provider is."""

from dataclasses import dataclass
from typing import Protocol

import pulumi

from infra.access.mail_identity import MailIdentity
from infra.grants import Grant


@dataclass(frozen=True, kw_only=True)
class MailSenderArgs:
    """Who sends a stack's e-mails.

    Attributes:
        sender: the From address.
        create_identity: whether to make the SES identity of its domain.
        provider: the service that sends.
        secret_arn: the secret with the provider's API key; None: one that is made, and empty.
        kms_key_arn: the key of that secret, if it has one of its own.
    """

    sender: str
    create_identity: bool
    provider: str
    secret_arn: str | None = None
    kms_key_arn: str | None = None


class MailSender(Protocol):
    """The sender of a stack's e-mails.

    Attributes:
        identities: of SES, whose reputation needs alarms; none with another provider.
        dkim_tokens: of SES, for the domain's records; none with another provider.
    """

    identities: list[MailIdentity]
    dkim_tokens: pulumi.Output[list[str]]

    def send(self, *, env_sender: str) -> Grant:
        """Send e-mails; ``env_sender`` names the variable that holds the sender's address."""
        ...
