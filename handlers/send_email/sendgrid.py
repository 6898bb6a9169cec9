"""Sending through SendGrid's API, ``POST /v3/mail/send``.

    answer                    what follows
    2xx                       sent
    400, 413, 415             Rejected; Paused if the fault is in the sender's address
    401                       the key is read again; Paused if there is no other, or it fails too
    429                       Throttled, for as long as the answer says
    5xx                       Unreachable: SendGrid is down, or a server in front of it says so
    any other                 Paused: the account, the sender or the key must be corrected
    no connection             Unreachable
    no answer of HTTP         Unanswered: perhaps sent

SendGrid has no idempotency key, so an e-mail that was perhaps sent is not sent again here. A 5xx is
not such a case: only a 2xx accepts an e-mail, and SendGrid documents every 5xx as a valid request
that it failed to process. 502 and 504 are no exception. They are what an outage looks like from
outside, and an outage must not use up the attempts of the messages.
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from handlers.runtime import aws, deadline, settings, trace
from handlers.runtime.secret import Missing, Secret
from handlers.send_email.mailer import Paused, Rejected, Throttled, Unreachable, patiently
from handlers.send_email.render import Rendered
from handlers.send_email.sendgrid_connection import Answer, Connection

_XRAY = "_X_AMZN_TRACE_ID"

_REJECTED = frozenset({400, 413, 415})
_UNAUTHORIZED = 401
_TOO_MANY_REQUESTS = 429
_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The environment variables of this provider: the secret's ARN, and the API's URL."""

    sendgrid_key: str
    sendgrid_url: str


def mailer(*, sender: str) -> "SendGridMailer":
    """Return a mailer for the function's own settings."""
    ours = settings.load(Settings)
    key = Secret(cache(_secrets), ours.sendgrid_key)
    return SendGridMailer(key, url=ours.sendgrid_url, sender=sender)


def _secrets() -> Any:
    """Return a client of Secrets Manager. INIT does not make it, and a snapshot has none."""
    return aws.client("secretsmanager", read_timeout=2, attempts=2)


class SendGridMailer:
    """Sends e-mails by one connection to SendGrid, made when it is needed.

    Args:
        key: the API key; it needs the permission Mail Send only.
        url: the API's, such as https://api.sendgrid.com.
        sender: the From address.
        sleep: waits, within the invocation's time.
        now: returns the time in seconds since 1970.
    """

    def __init__(
        self,
        key: Secret,
        *,
        url: str,
        sender: str,
        sleep: Callable[[float], None] = deadline.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._key = key
        self._connection = Connection(url, reads=_REJECTED, now=now)
        self._sender = sender
        self._sleep = sleep
        self._now = now
        self._closed_until = 0.0

    def send(self, to: str, content: Rendered) -> None:
        """Send one e-mail; see `mailer.Mailer`."""
        body = self._body(to, content)
        patiently(lambda: self._send(body), self._sleep)

    def _body(self, to: str, content: Rendered) -> bytes:
        arguments = trace.named(str)
        return msgspec.json.encode(
            {
                "personalizations": [{"to": [{"email": to}]}],
                "from": {"email": self._sender},
                "subject": content.subject,
                "content": [  # in this order, the API says
                    {"type": "text/plain", "value": content.text},
                    {"type": "text/html", "value": content.html},
                ],
                # Or the account's settings decide, which may rewrite links and add a pixel.
                "tracking_settings": {
                    "click_tracking": {"enable": False, "enable_text": False},
                    "open_tracking": {"enable": False},
                },
                **({"custom_args": arguments} if arguments else {}),
            }
        )

    def _send(self, body: bytes) -> None:
        """Send a request; with the key read anew if the first one is refused."""
        if (wait := self._closed_until - self._now()) > 0:
            raise Throttled("429", seconds=wait)
        key = self._read(self._key.value)
        answer = self._post(body, key)
        if answer.status == _UNAUTHORIZED and (
            newer := self._read(lambda: self._key.newer_than(key))
        ):
            answer = self._post(body, newer)
        if error := self._failure(answer):
            raise error

    def _read(self, read: Callable[[], Any]) -> Any:
        """Read the key; nothing was sent if it cannot be read."""
        try:
            return read()
        except Missing as error:
            raise Paused(f"key: {error}") from error
        except deadline.OutOfTime:
            raise
        except (BotoCoreError, ClientError) as error:
            raise Unreachable("key") from error

    def _failure(self, answer: Answer) -> Exception | None:
        status, code = answer.status, str(answer.status)
        if 200 <= status < 300:
            return None
        if status == _TOO_MANY_REQUESTS:
            seconds = retry_after(answer.headers, self._now())
            self._closed_until = self._now() + seconds
            return Throttled(code, seconds=seconds)
        if status in _REJECTED:
            return (Paused if blames_sender(answer.body) else Rejected)(code)
        return (Unreachable if status >= _SERVER_ERROR else Paused)(code)

    def _post(self, body: bytes, key: str) -> Answer:
        if not (key.isascii() and key.isprintable()):
            raise Paused("key: NoText")
        headers = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            # X-Ray's id of the invocation, as botocore sends it.
            **({"X-Amzn-Trace-Id": xray} if (xray := os.environ.get(_XRAY)) else {}),
        }
        return self._connection.post("/v3/mail/send", body, headers)


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Return the seconds until the provider takes e-mails again; 0 if its answer does not say.

    SendGrid documents ``X-RateLimit-Reset``, the time in seconds since 1970. ``Retry-After`` in
    seconds is what servers between may add.
    """
    for name, since in (("Retry-After", 0.0), ("X-RateLimit-Reset", now)):
        text = headers.get(name, "")
        if text.isascii() and text.isdigit() and len(text) <= 12:
            return max(float(text) - since, 0.0)
    return 0.0


def blames_sender(body: bytes) -> bool:
    """Check an error for the sender's address, which every message has."""
    try:
        errors = msgspec.json.decode(body, type=_Errors).errors
    except msgspec.MsgspecError:
        return False
    return any((error.field or "").partition(".")[0] == "from" for error in errors)


class _Error(msgspec.Struct):
    field: str | None = None


class _Errors(msgspec.Struct):
    errors: list[_Error] = []
