"""Sending through SES.

After an error that is not ``NotSent`` (no answer, a failure of the server) the e-mail may have been
sent. These propagate as botocore's own errors.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from handlers.runtime import deadline, trace
from handlers.send_email.mailer import Paused, Rejected, Throttled, Unreachable, patiently
from handlers.send_email.render import Rendered

_SERVER_ERROR = 500

# Some codes cover faults both of the message and of the account; then the text decides:
# https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-error-messages.html and
# https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html. It quotes addresses,
# but no address contains spaces, so these words are SES's own.
_ACCOUNT_FAULTS = ("is not verified", "daily message quota")
_RATE = "maximum sending rate"


class SesMailer:
    """Sends e-mails with botocore's SES v2 client.

    The client must not retry by itself (``attempts=1``). SES has no idempotency token, so a retry
    after a lost answer would send the e-mail twice.
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
        """Send one e-mail as text and HTML (``ses:SendEmail``); SES's events have the trace as tag.

        Raises:
            Rejected, Throttled, Unreachable, Paused: not sent; see the module's docstring.
            deadline.OutOfTime: not sent; there is too little time left to try.
            botocore.exceptions.BotoCoreError, ClientError: perhaps sent.
        """
        patiently(lambda: self._send(to, content), self._sleep)

    def _send(self, to: str, content: Rendered) -> None:
        tags = [{"Name": name, "Value": value} for name, value in trace.named(str).items()]
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
                **({"EmailTags": tags} if tags else {}),
            )
        except ClientError as error:
            raise _not_sent(error) from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise Unreachable(type(error).__name__) from error


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _not_sent(error: ClientError) -> Exception:
    """Return the exception that an error of SES is raised as.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html lists the errors.
    """
    code = error.response.get("Error", {}).get("Code", "")
    text = error.response.get("Error", {}).get("Message", "").lower()
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if any(words in text for words in _ACCOUNT_FAULTS):
        return Paused(code)
    if _RATE in text or code in {"TooManyRequestsException", "Throttling", "ThrottlingException"}:
        return Throttled(code)
    if code in {"MessageRejected", "BadRequestException"}:
        return Rejected(code)
    if status >= _SERVER_ERROR:
        return error
    # AccountSuspended, SendingPaused, MailFromDomainNotVerified, LimitExceeded, NotFound (the
    # configuration set), AccessDenied: every message would meet them.
    return Paused(code)
