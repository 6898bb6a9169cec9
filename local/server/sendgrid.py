"""SendGrid's API in the emulator's process: accepts e-mails as the API's documentation says.

Nothing is sent. An e-mail is stored together with those that SES would have sent, so that all
commands and pages that show or count e-mails include it. A key is valid if a secret of this local
cloud holds it now, which only a function with the permission can read.
https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
"""

import hmac
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from ministack.core.responses import set_request_region  # type: ignore[import-untyped]
from ministack.services import secretsmanager, ses  # type: ignore[import-untyped]

from local.sendgrid import PREFIX, SEND

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_LARGEST = 30 * 1024 * 1024
_MOST_RECIPIENTS = 1_000
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_TYPES = ("text/plain", "text/html")


class Refused(Exception):
    """A request that the API refuses, with the status and the field at fault."""

    def __init__(self, status: int, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.field = field


def wants(scope: Scope) -> bool:
    """Check for a request to SendGrid's API."""
    return scope["type"] == "http" and str(scope["path"]).startswith(f"{PREFIX}/")


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request (ASGI)."""
    body = await _read(receive)
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    try:
        store(accepted(scope["method"], scope["path"], headers, body))
    except Refused as refused:
        error = {"message": str(refused), "field": refused.field, "help": None}
        content = json.dumps({"errors": [error]}).encode()
        await _answer(send, refused.status, content, (b"content-type", b"application/json"))
        return
    await _answer(send, 202, b"", (b"x-message-id", uuid.uuid4().hex.encode()))


def accepted(method: str, path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Return the e-mail of a request.

    Raises:
        Refused: the API would not take it.
    """
    if path != SEND:
        raise Refused(404, "not found")
    if method != "POST":
        raise Refused(405, "method not allowed")
    scheme, _, key = headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or not _is_key(key):
        raise Refused(401, "The provided authorization grant is invalid, expired, or revoked")
    if headers.get("content-type", "").partition(";")[0] != "application/json":
        raise Refused(415, "unsupported media type")
    if len(body) > _LARGEST:
        raise Refused(413, "payload too large")
    try:
        mail = json.loads(body)
    except ValueError:
        raise Refused(400, "Bad Request") from None
    for field, value, is_right, message in _checks(mail if isinstance(mail, dict) else {}):
        if not is_right(value):
            raise Refused(400, message, field)
    return dict(mail)


_Check = tuple[str, Any, Callable[[Any], bool], str]


def _checks(mail: dict[str, Any]) -> Iterator[_Check]:
    """Yield what the API checks: a field, its value, the check, and what is wrong otherwise."""
    several = mail.get("personalizations")
    yield "personalizations", several, _is_list, "The personalizations field is required."
    for number, one in enumerate(several or ()):
        at = f"personalizations.{number}.to"
        to = one.get("to") if isinstance(one, dict) else None
        yield at, to, _is_list, "The to array is required."
        for position, address in enumerate(to or ()):
            yield f"{at}.{position}.email", address, _is_address, "Not a valid address."
    yield "from.email", mail.get("from"), _is_address, "The from object needs a valid address."
    yield "subject", mail.get("subject"), _is_text, "The subject is required."
    content = mail.get("content")
    yield "content", content, _is_list, "The content is required."
    for number, part in enumerate(content or ()):
        yield f"content.{number}", part, _is_part, "A part needs a type and a value."
    types = [part["type"] for part in content or () if part["type"] in _TYPES]
    yield "content", types, lambda t: t == sorted(t, key=_TYPES.index), "text/plain comes first."
    arguments = mail.get("custom_args", {})
    yield "custom_args", arguments, _are_texts, "The custom arguments must be texts."


def store(mail: dict[str, Any]) -> None:
    """Store an e-mail together with those of SES: one for each personalization."""
    set_request_region(None)  # the only one
    parts = {part["type"]: part["value"] for part in mail["content"]}
    for one in mail["personalizations"]:
        ses._sent_emails_list().append(
            {
                "MessageId": uuid.uuid4().hex,
                "Source": mail["from"]["email"],
                "To": [address["email"] for address in one["to"]],
                "CC": [],
                "BCC": [],
                "Subject": mail["subject"],
                "BodyText": parts.get("text/plain", ""),
                "BodyHtml": parts.get("text/html", ""),
                "Timestamp": time.time(),
                "Type": "SendGrid",
            }
        )


def _is_key(key: str) -> bool:
    """Check that a secret has this value now."""
    set_request_region(None)  # the only one
    values = (
        version.get("SecretString") or ""
        for secret in secretsmanager._secrets.values()
        if not secret.get("DeletedDate")
        for version in secret["Versions"].values()
        if "AWSCURRENT" in version["Stages"]
    )
    return any(value and hmac.compare_digest(value.encode(), key.encode()) for value in values)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= _MOST_RECIPIENTS


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_address(value: Any) -> bool:
    email = value.get("email") if isinstance(value, dict) else None
    return isinstance(email, str) and _ADDRESS.fullmatch(email) is not None


def _is_part(value: Any) -> bool:
    return isinstance(value, dict) and _is_text(value.get("type")) and _is_text(value.get("value"))


def _are_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more and len(body) <= _LARGEST:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    fields = [(b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
