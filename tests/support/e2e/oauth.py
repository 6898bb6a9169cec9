"""What callers do to get tokens, and what others do to tokens."""

import base64
import hashlib
import http.client
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from local import tokens


@dataclass(frozen=True)
class Jwt:
    """A token's three parts, decoded."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signature: bytes

    @classmethod
    def read(cls, token: str) -> "Jwt":
        header, claims, signature = map(_decode, token.split("."))
        return cls(json.loads(header), json.loads(claims), signature)

    def __str__(self) -> str:
        parts = json.dumps(self.header).encode(), json.dumps(self.claims).encode()
        return ".".join(map(_encode, (*parts, self.signature)))


def flipped(token: str, part: int, index: int, bits: int) -> str:
    """Change one byte of a token's header, claims or signature."""
    parts = [bytearray(_decode(p)) for p in token.split(".")]
    parts[part][index % len(parts[part])] ^= bits
    return ".".join(_encode(bytes(p)) for p in parts)


@dataclass(frozen=True)
class Client:
    """A client with a secret, of some user pool."""

    endpoint: str
    id: str
    secret: str

    def token(self, *scopes: str) -> str:
        given = {
            "token_endpoint": self.endpoint, "client_id": self.id, "client_secret": self.secret,
        }  # fmt: skip
        return tokens.fetch(given, " ".join(scopes) or None)


def new_client(cognito: Any, pool: str, endpoint: str, scopes: list[str], **more: Any) -> Client:
    made = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="test",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=scopes,
        **more,
    )["UserPoolClient"]
    return Client(endpoint, made["ClientId"], made["ClientSecret"])


def sign_in(
    endpoint: str, client_id: str, *, callback: str, scope: str, name: str, password: str
) -> dict[str, str]:
    """Sign a user in as a web app does, by authorization code with PKCE; return their tokens."""
    verifier = secrets.token_urlsafe(32)
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": callback,
        "scope": scope,
        "code_challenge": _encode(hashlib.sha256(verifier.encode()).digest()),
        "code_challenge_method": "S256",
    }
    page = _form(endpoint, f"/oauth2/authorize?{urlencode(asked)}", None)
    assert (page.status, b"<form" in page.body) == (200, True), page
    submitted = _form(endpoint, "/login", {**asked, "username": name, "password": password})
    assert submitted.status == 302, submitted
    assert submitted.location.startswith(f"{callback}?")
    [code] = parse_qs(urlsplit(submitted.location).query)["code"]
    exchanged = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback}
    answer = _form(
        endpoint, "/oauth2/token", {**exchanged, "client_id": client_id, "code_verifier": verifier}
    )
    assert answer.status == 200, answer
    given: dict[str, str] = json.loads(answer.body)
    return given


@dataclass(frozen=True)
class _Page:
    status: int
    location: str
    body: bytes


def _form(endpoint: str, path: str, fields: dict[str, str] | None) -> _Page:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=10)
    try:
        if fields is None:
            connection.request("GET", path)
        else:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(fields), kind)
        answer = connection.getresponse()
        return _Page(answer.status, answer.getheader("Location", ""), answer.read())
    finally:
        connection.close()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
