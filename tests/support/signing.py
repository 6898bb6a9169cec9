"""Signs requests with AWS's own code, and sends them as they are."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import botocore.auth
import botocore.credentials
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest

from local.credentials import Credentials

REGION = "us-east-1"
JSON = {"Content-Type": "application/x-amz-json-1.0"}
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@dataclass(frozen=True)
class Request:
    """A request as it goes over the wire."""

    service: str
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_headers(self, **headers: str) -> "Request":
        """Return the request with more headers, or others; ``_`` stands for ``-``."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers=self.headers | more)


def signed(
    request: Request, endpoint: str, keys: Credentials, *, at: datetime | None = None
) -> Request:
    """Return a request with a signature in its headers.

    A hash of the body that it has already is not replaced.
    """
    s3 = request.service == "s3" and "X-Amz-Content-SHA256" not in request.headers
    kind = S3SigV4Auth if s3 else SigV4Auth
    made = AWSRequest(request.method, endpoint + request.path, request.headers, request.body)
    with _clock(at):
        kind(_keys(keys), request.service, REGION).add_auth(made)
    return replace(request, headers={str(k): str(v) for k, v in made.headers.items()})


def presigned(
    request: Request,
    endpoint: str,
    keys: Credentials,
    *,
    at: datetime | None = None,
    expires: int = 60,
) -> Request:
    """Return a request with a signature in its URL."""
    kind = S3SigV4QueryAuth if request.service == "s3" else SigV4QueryAuth
    made = AWSRequest(request.method, endpoint + request.path, request.headers)
    with _clock(at):
        kind(_keys(keys), request.service, REGION, expires=expires).add_auth(made)
    url = urlsplit(made.url)
    return replace(request, path=f"{url.path}?{url.query}")


def send(endpoint: str, request: Request) -> tuple[int, bytes]:
    """Return status and body of the answer."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    try:
        body = request.body or (b"" if request.method in ("POST", "PUT") else None)
        connection.request(request.method, request.path, body, request.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _keys(keys: Credentials) -> botocore.credentials.Credentials:
    return botocore.credentials.Credentials(keys.access_key, keys.secret_key, keys.token)


@contextmanager
def _clock(at: datetime | None) -> Iterator[None]:
    """Let botocore sign as at another time."""
    now = at or datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda **_: now)
        yield
