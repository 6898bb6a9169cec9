"""SES, as this function uses it.

    NotSent
    ├── Rejected     SES refuses this message, and would refuse it again
    ├── Throttled    too many at once: later it will do
    ├── Unreachable  there was no connection: later it will do
    └── Paused       the account, the identity or the permissions have to be mended first

Whatever else goes wrong (no answer, a failure on the server) may have sent the e-mail all the same,
and propagates as botocore's own error.
"""

import random
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from handlers.runtime import deadline
from handlers.send_email.render import Rendered

_PAUSES_SECONDS = (0.5, 1, 2)
"""SES counts by the second; waiting here slows a flood down to SES's rate."""

_SERVER_ERROR = 500

# Some codes stand for faults of the message and of the account alike; then the text tells:
# https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html and
# https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html. It quotes addresses,
# which hold no spaces, so these words are SES's own.
_OURS = ("is not verified", "daily message quota")
_RATE = "maximum sending rate"


class NotSent(Exception):
    """SES did not take the e-mail. The text is an error's code or type, never SES's own words."""


class Rejected(NotSent):
    """SES refuses this message, and would refuse it again."""


class Throttled(NotSent):
    """Too many e-mails at once."""


class Unreachable(NotSent):
    """There was no connection to SES."""


class Paused(NotSent):
    """No e-mail at all can be sent at present: the fault is ours, not the message's."""


class Mailer:
    """Sends e-mails with botocore's SES v2 client.

    The client must not retry by itself (``attempts=1``): after a lost answer that would send the
    e-mail twice, for SES has no idempotency token.
    """

    def __init__(
        self,
        client: Any,
        *,
        sender: str,
        configuration_set: str,
        sleep: Callable[[float], None] = deadline.sleep,
    ) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set
        self._sleep = sleep

    def send(self, to: str, content: Rendered) -> None:
        """Send one e-mail as text and HTML (``ses:SendEmail``).

        Raises:
            Rejected, Throttled, Unreachable, Paused: not sent; see the module's docstring.
            deadline.OutOfTime: not sent; there is too little time left to try.
            botocore.exceptions.BotoCoreError, ClientError: perhaps sent.
        """
        for pause in _PAUSES_SECONDS:
            try:
                return self._send(to, content)
            except Throttled:
                self._sleep(random.uniform(pause / 2, pause))  # noqa: S311 - no secret
        return self._send(to, content)

    def _send(self, to: str, content: Rendered) -> None:
        try:
            self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [to]},
                Content={
                    "Simple": {
                        "Subject": _utf8(content.subject),
                        "Body": {"Text": _utf8(content.text), "Html": _utf8(content.html)},
                    }
                },
                ConfigurationSetName=self._configuration_set,
            )
        except ClientError as error:
            raise _not_sent(error) from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise Unreachable(type(error).__name__) from error


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _not_sent(error: ClientError) -> Exception:
    """Say what an error of SES means for the message.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html lists the errors.
    """
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "").lower()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if any(words in text for words in _OURS):
        return Paused(code)
    if _RATE in text or code in {"TooManyRequestsException", "Throttling", "ThrottlingException"}:
        return Throttled(code)
    if code in {"MessageRejected", "BadRequestException"}:
        return Rejected(code)
    if status >= _SERVER_ERROR:
        return error
    # AccountSuspended, SendingPaused, MailFromDomainNotVerified, LimitExceeded, NotFound (the
    # configuration set), AccessDenied: one message is as good as another.
    return Paused(code)
