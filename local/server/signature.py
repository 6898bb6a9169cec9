"""Verifies the AWS signature (version 4) of a request, in its headers or in its URL.

The emulator acts for a root key without looking at the signature, and for any key without comparing
``X-Amz-Content-SHA256`` with the body. So a request is verified here before the emulator sees it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import functools
import hashlib
import hmac
import re
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote

from ministack.core import sigv4  # type: ignore[import-untyped]

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
FindSecret = Callable[[str, str], str]
"""Returns the secret of an access key with a session token; raises ``Refused``."""

SKEW = timedelta(minutes=15)
MAX_EXPIRES = 7 * 24 * 3600

_CREDENTIAL = r"(\w{4,128})/(\d{8})/([\w-]+)/([\w.-]+)/aws4_request"
# The emulator reads such headers with looser patterns. This one leaves nothing to interpretation:
# two keys in one header, for example, could be verified as one and served as the other.
_AUTHORIZATION = re.compile(
    rf"AWS4-HMAC-SHA256 Credential={_CREDENTIAL}, ?SignedHeaders=([^,\s]+), ?Signature=(\w{{64}})",
    re.ASCII,
)
_ALGORITHM, _KEY, _DATE, _EXPIRES, _SIGNED, _SIGNATURE = (
    f"X-Amz-{name}"
    for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)
_TOKEN = "X-Amz-Security-Token"  # noqa: S105 (a name)
_REQUIRED = {_ALGORITHM, _KEY, _DATE, _EXPIRES, _SIGNED, _SIGNATURE}
_IN_QUERY = {name.lower(): name for name in (*_REQUIRED, _TOKEN)} | {"awsaccesskeyid": None}
_UNSIGNED = {"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}

_signing_key = functools.lru_cache(maxsize=256)(sigv4.derive_signing_key)


class Refused(Exception):
    """A request without a valid signature, with AWS's code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Claim:
    """What a request says of its signature. Nothing of it is verified yet."""

    parts: Any
    presigned: bool
    token: str
    expires: int
    headers: dict[str, str]
    query: dict[str, list[str]]

    @property
    def access_key(self) -> str:
        """The key that is said to have signed."""
        return str(self.parts.access_key_id)


def claim(scope: Scope) -> Claim | None:
    """Return what a request says of its signature; None if it has none.

    Raises:
        Refused: the signature is incomplete or ambiguous, or none of version 4.
    """
    headers = _headers(scope)
    try:
        query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    except UnicodeDecodeError:
        raise Refused("IncompleteSignature", "The query string is not UTF-8.") from None
    in_query = [name for name in query if name.lower() in _IN_QUERY]
    authorization = headers.get("authorization")
    if authorization is None and not in_query:
        return None
    if authorization is not None and in_query:
        raise Refused("IncompleteSignature", "Sign in the headers or in the URL, not in both.")
    values = {name: query[name][0] for name in in_query}
    if authorization is not None:
        matched = _AUTHORIZATION.fullmatch(authorization)
        moment, token, expires = headers.get("x-amz-date", ""), "", 0
        token = headers.get("x-amz-security-token", "")
    else:
        if any(_IN_QUERY[name.lower()] != name or len(query[name]) != 1 for name in in_query):
            raise Refused("IncompleteSignature", "Use signature version 4; give each part once.")
        if not values.keys() >= _REQUIRED:
            missing = ", ".join(sorted(_REQUIRED - values.keys()))
            raise Refused("IncompleteSignature", f"The URL's signature lacks {missing}.")
        matched = _AUTHORIZATION.fullmatch(
            f"{values[_ALGORITHM]} Credential={values[_KEY]}, SignedHeaders={values[_SIGNED]}, "
            f"Signature={values[_SIGNATURE]}"
        )
        moment, token, expires = values[_DATE], values.get(_TOKEN, ""), _seconds(values[_EXPIRES])
    if matched is None:
        raise Refused(
            "IncompleteSignature",
            "The signature is not one of version 4 (AWS4-HMAC-SHA256): sign with an AWS SDK.",
        )
    parts = sigv4.HeaderSignature(*matched.groups(), moment)
    return Claim(parts, authorization is None, token, expires, headers, query)


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


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers by their names in lower case, joined as the signature joins them."""
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1").lower(), sigv4.decode_header_value(value)
        if name in headers and (name in ("authorization", "host") or name.startswith("x-amz-")):
            raise Refused("IncompleteSignature", f"Send the header {name} once.")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    return headers


def _seconds(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,5}", text, re.ASCII) or int(text) > MAX_EXPIRES:
        raise Refused(
            "AuthorizationQueryParametersError",
            f"X-Amz-Expires is {text!r}; allowed are 1 to {MAX_EXPIRES} seconds.",
        )
    return int(text)


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
