"""Verifies the AWS signature (version 4) of a request, in its headers or in its URL.

The emulator acts for a root key without looking at the signature, and for any key without comparing
``X-Amz-Content-SHA256`` with the body. So a request is verified here before the emulator sees it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import functools
import hashlib
import hmac
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from ministack.core import sigv4  # type: ignore[import-untyped]

from local.server.claims import Claim, Refused

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
FindSecret = Callable[[str, str], str]
"""Returns the secret of an access key with a session token; raises ``Refused``."""

SKEW = timedelta(minutes=15)

_UNSIGNED = {"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}

_signing_key = functools.lru_cache(maxsize=256)(sigv4.derive_signing_key)


async def verify(claimed: Claim, scope: Scope, receive: Receive, find: FindSecret) -> Receive:
    """Verify a request's signature, time and body; return what the body is to be read from.

    A body that the signature does not cover (S3's own rules) is not read.

    Raises:
        Refused: the request is not the one that was signed, or not in time.
    """
    secret = find(claimed.access_key, claimed.token)
    _check_time(claimed)
    _check_signed_headers(claimed)
    s3 = claimed.parts.service == "s3"
    declared = claimed.headers.get("x-amz-content-sha256")
    if s3 and (
        claimed.presigned
        or declared in _UNSIGNED
        # Each chunk has a signature of its own, which the emulator verifies.
        or (declared and declared.startswith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"))
    ):
        _check_signature(claimed, scope, secret, claimed.headers)
        return receive
    if declared is not None:
        _check_signature(claimed, scope, secret, claimed.headers)
    digest, receive = await _read(receive)
    if declared is None:
        _check_signature(claimed, scope, secret, claimed.headers | {"x-amz-content-sha256": digest})
    elif declared != digest:
        raise Refused(
            "XAmzContentSHA256Mismatch", "X-Amz-Content-SHA256 is not the SHA-256 of the body."
        )
    return receive


def _check_time(claimed: Claim) -> None:
    try:
        moment = datetime.strptime(claimed.parts.amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("IncompleteSignature", "X-Amz-Date must be like 20260131T235959Z.") from None
    if claimed.parts.date_stamp != claimed.parts.amz_date[:8]:
        raise Refused("SignatureDoesNotMatch", "The dates of credential and request differ.")
    now = datetime.now(UTC)
    last = moment + (timedelta(seconds=claimed.expires) if claimed.presigned else SKEW)
    if now > last:
        raise Refused(
            "AccessDenied" if claimed.presigned else "RequestTimeTooSkewed", "Request has expired"
        )
    if moment > now + SKEW:
        raise Refused("RequestTimeTooSkewed", "The request was signed in the future.")


def _check_signed_headers(claimed: Claim) -> None:
    signed = set(claimed.parts.signed_headers.split(";"))
    needed = {"host", *(name for name in claimed.headers if name.startswith("x-amz-"))}
    if not needed <= signed:
        raise Refused("AccessDenied", f"Sign the headers {', '.join(sorted(needed - signed))} too.")
    if not signed <= claimed.headers.keys():
        lost = ", ".join(sorted(signed - claimed.headers.keys()))
        raise Refused("SignatureDoesNotMatch", f"The signed headers {lost} are missing.")


def _check_signature(claimed: Claim, scope: Scope, secret: str, headers: dict[str, str]) -> None:
    parts = claimed.parts
    path = (
        sigv4.uri_encode(scope["path"], encode_slash=False)
        if parts.service == "s3"
        else (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    )
    _, text = sigv4.header_signing_documents(
        parts, scope["method"], path, claimed.query, headers, b"", presigned=claimed.presigned
    )
    key = _signing_key(secret, parts.date_stamp, parts.region, parts.service)
    computed = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(computed, parts.signature):
        raise Refused(
            "SignatureDoesNotMatch",
            "The signature does not match this request. Check the secret key, and that nothing "
            "changes the request on its way.",
        )


async def _read(receive: Receive) -> tuple[str, Receive]:
    """Read the body; return its SHA-256, and what the same messages are to be read from."""
    messages: deque[dict[str, Any]] = deque()
    digest, more = hashlib.sha256(), True
    while more:
        message = await receive()
        messages.append(message)
        digest.update(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)

    async def again() -> dict[str, Any]:
        return messages.popleft() if messages else await receive()

    return digest.hexdigest(), again
