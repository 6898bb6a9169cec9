"""Calls the API of a stack, as one of its callers does."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import urllib3

from ops.smoke.errors import Failed, WrongTarget

_ALLOWED = "an address such as https://abc123.execute-api.eu-central-1.amazonaws.com/dev"
# The gateway gives up after 29 s.
_HTTP = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=10, read=35))


@dataclass(frozen=True)
class Answer:
    """An HTTP response; ``body`` is the parsed JSON, or the text if it is not JSON."""

    status: int
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Api:
    """The API at a URL without a slash at its end; ``access``: headers that let a caller in."""

    url: str
    access: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __call__(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send a request once, and return the answer, whatever its status.

        Raises:
            Failed: nothing answers.
        """
        sent = {**self.access, **(headers or {})}
        data = None
        if body is not None:
            data, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        return _ask(method, self.url + path, data, sent)


def send_form(form: Mapping[str, Any], content: bytes) -> Answer:
    """Send a file to S3 with the form that the API gave, and return S3's answer.

    Raises:
        Failed: nothing answers.
    """
    fields = {**form["fields"], "file": ("file", content)}
    body, content_type = urllib3.encode_multipart_formdata(fields)
    return _ask("POST", checked_url(form["url"]), body, {"Content-Type": content_type})


def download(link: str) -> Answer:
    """Follow a link that the API gave.

    Raises:
        Failed: nothing answers.
    """
    return _ask("GET", link, None, {})


def checked_url(url: str) -> str:
    """Return an API's URL as ``Api`` expects it.

    Raises:
        WrongTarget: it is not an HTTP URL, has a query, or would send credentials unencrypted.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise WrongTarget(f"{url!r} is not an API's URL ({error}). Use {_ALLOWED}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WrongTarget(f"{url!r} is not an API's URL. Use {_ALLOWED}")
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise WrongTarget(
            f"{url!r} is not encrypted. Use https://; only an address of this machine may have "
            "http://"
        )
    return url.rstrip("/")


def token(endpoint: str, client_id: str, client_secret: str) -> str:
    """Return an access token, by client credentials, with all scopes that the client may have.

    Raises:
        Failed: the endpoint returns none.
    """
    # Encoded twice: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    pair = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    answer = _ask(
        "POST",
        checked_url(endpoint),
        urlencode({"grant_type": "client_credentials"}).encode(),
        {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
        },
    )
    match answer.body:
        case {"access_token": str(given)}:
            return given
    raise Failed(
        f"{endpoint} returns no token for client {client_id}: {answer.status} {answer.body}"
    )


def _ask(method: str, url: str, data: bytes | None, headers: Mapping[str, str]) -> Answer:
    try:
        response = _HTTP.request(method, url, body=data, headers=headers, redirect=False)
    except urllib3.exceptions.HTTPError as error:
        raise Failed(f"nothing answers at {url}: {error}") from None
    text = response.data.decode(errors="replace")
    try:
        body = json.loads(text)
    except ValueError:
        body = text
    return Answer(response.status, body, response.headers)
