"""Reads the AWS signature of a request, from its headers or its URL."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from ministack.core import sigv4  # type: ignore[import-untyped]

Scope = dict[str, Any]

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


class Refused(Exception):
    """A request without a valid signature, with AWS's code and a message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Claim:
    """The signature that a request carries, not yet verified."""

    parts: Any
    presigned: bool
    token: str
    expires: int
    headers: dict[str, str]
    query: dict[str, list[str]]

    @property
    def access_key(self) -> str:
        """The access key id that the request names."""
        return str(self.parts.access_key_id)

    @property
    def is_session(self) -> bool:
        """True if it is signed as functions sign: with a session, in the headers."""
        return not self.presigned and self.access_key.startswith("ASIA")


def claim(scope: Scope) -> Claim | None:
    """Return the signature that a request carries; None if it has none.

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
    if authorization is not None:
        if in_query:
            raise Refused("IncompleteSignature", "Sign in the headers or in the URL, not in both.")
        parts = _parts(authorization, headers.get("x-amz-date", ""))
        token = headers.get("x-amz-security-token", "")
        return Claim(parts, False, token, 0, headers, query)
    if not in_query:
        return None
    values = _values(query, in_query)
    parts = _parts(
        f"{values[_ALGORITHM]} Credential={values[_KEY]}, SignedHeaders={values[_SIGNED]}, "
        f"Signature={values[_SIGNATURE]}",
        values[_DATE],
    )
    return Claim(parts, True, values.get(_TOKEN, ""), _seconds(values[_EXPIRES]), headers, query)


def _parts(authorization: str, moment: str) -> Any:
    """Return the parts of a signature, as the emulator's functions take them."""
    matched = _AUTHORIZATION.fullmatch(authorization)
    if matched is None:
        raise Refused(
            "IncompleteSignature",
            "The signature is not one of version 4 (AWS4-HMAC-SHA256): sign with an AWS SDK.",
        )
    return sigv4.HeaderSignature(*matched.groups(), moment)


def _values(query: dict[str, list[str]], names: list[str]) -> dict[str, str]:
    """Return the parts of a signature in a URL: each is there once, in AWS's spelling."""
    if any(_IN_QUERY[name.lower()] != name or len(query[name]) != 1 for name in names):
        raise Refused(
            "IncompleteSignature",
            "Sign with version 4, and give each part once. In boto3, S3 needs "
            'Config(signature_version="s3v4") for it.',
        )
    if missing := _REQUIRED - set(names):
        lacking = ", ".join(sorted(missing))
        raise Refused("IncompleteSignature", f"The URL's signature lacks {lacking}.")
    return {name: query[name][0] for name in names}


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
