"""What every sender of e-mails has, whoever the provider is."""

from typing import Protocol

import pulumi

from infra.access.mail_identity import MailIdentity
from infra.grants import Grant


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
